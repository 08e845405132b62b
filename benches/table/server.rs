//! The server in release, on a port of its own, with a cache folder of its own.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::client::Answer;
use super::meters::{Memory, family, processor_seconds};
use super::stream::Stream;
use super::{Figures, Outcome};

/// Bytes that a client who wants all of it reads at once.
const READ: usize = 1 << 20;

pub struct Server {
    process: Child,
    pub address: String,
}

impl Server {
    /// Starts it without preparing anything ahead, and waits until it is ready.
    pub async fn start(cache: &Path) -> Outcome<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let process = Command::new(env!("CARGO_BIN_EXE_virtual-coach"))
            .args(["serve", "--prepare", "false", "--bind", &address, "--cache"])
            .arg(cache)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let server = Self { process, address };
        let ready = format!("http://{}/ready", server.address);
        for _ in 0..300 {
            if let Ok(answer) = reqwest::get(&ready).await
                && answer.status().is_success()
            {
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err("the server is not ready after 30 s".into())
    }

    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// Waits until no FFmpeg of the server runs any more.
    pub async fn quiet(&self) -> Outcome<()> {
        for _ in 0..1200 {
            if family(self.process()).len() == 1 {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err("the server's children run on for a minute".into())
    }

    pub async fn plan(&self, request: &Value) -> Outcome<Value> {
        let url = format!("http://{}/api/plan", self.address);
        let answer = reqwest::Client::new().post(url).json(request).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// The path of a workout's video, once all its loops are there.
    pub async fn link(&self, request: &Value) -> Outcome<String> {
        let client = reqwest::Client::new();
        let url = format!("http://{}/api/workouts", self.address);
        let answer = client.post(url).json(request).send().await?;
        let workout: Value = answer.error_for_status()?.json().await?;
        let path = workout["links"]["video"].as_str().ok_or("no link")?;
        for _ in 0..10 {
            let answer = client
                .head(format!("http://{}{path}", self.address))
                .send()
                .await?;
            if answer.status() != reqwest::StatusCode::SERVICE_UNAVAILABLE {
                answer.error_for_status()?;
                self.quiet().await?;
                return Ok(path.to_owned());
            }
        }
        Err("the loops of a link are not prepared".into())
    }

    /// A video as fast as it comes, thrown away.
    pub async fn generate(&self, request: &Value) -> Outcome<Figures> {
        let memory = Memory::watch(self.process());
        let before = processor_seconds(self.process());
        let mut buffer = vec![0; READ];
        let mut stream = Stream::new();
        let mut answer = Answer::of(&self.address, request, None).await?;
        while answer.read(&mut buffer, |piece| stream.see(piece)).await? {}
        // A loop is shown before it is checked and kept: that belongs to the cost, not to the wall time.
        self.quiet().await?;
        stream.figures(memory, || processor_seconds(self.process()) - before)
    }

    /// Seconds until the first fragment is there as a whole; then the client leaves.
    pub async fn first_fragment(&self, request: &Value) -> Outcome<f64> {
        let mut buffer = vec![0; READ];
        let mut stream = Stream::new();
        let mut answer = Answer::of(&self.address, request, None).await?;
        while stream.first_fragment.is_none() {
            answer.read(&mut buffer, |piece| stream.see(piece)).await?;
        }
        stream
            .first_fragment
            .ok_or_else(|| "no media fragment came".into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already; either way it is reaped.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The clip of each exercise.
pub fn clips() -> Outcome<HashMap<String, String>> {
    let catalogue: Value = serde_json::from_str(&fs::read_to_string("exercises.json")?)?;
    let exercises = catalogue["exercises"].as_array().ok_or("no exercises")?;
    let clip = |exercise: &Value| {
        let video = format!("videos/{}", exercise["video"].as_str()?);
        Some((exercise["id"].as_str()?.to_owned(), video))
    };
    Ok(exercises.iter().filter_map(clip).collect())
}
