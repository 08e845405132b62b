//! `make bench`: the server beside the obvious way, in one run on one machine.
//!
//! For 6, 16, 48 and 120 intervals (8 exercises at most, 30 s of work, 10 s of rest, 720p): the time to
//! the first media fragment, the speed against real time, and the peak memory. The obvious way is
//! one FFmpeg command with one input per interval, `setpts` and `concat`, x264 ultrafast, no HUD and
//! no cues; ours has both. Memory is the sum of the proportional set sizes (PSS) of the process and
//! all its children, so that a shared library counts once; it is read from Linux's `/proc`.
//!
//! `BENCH_INTERVALS=6,16` runs a part of it. `BENCH_RUNS=3` runs each several times and shows medians.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;

/// What one run showed.
#[derive(Clone, Copy)]
struct Figures {
    first_fragment: f64,
    wall: f64,
    memory: f64,
    bytes: f64,
}

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let asked = std::env::var("BENCH_INTERVALS").unwrap_or_else(|_| "6,16,48,120".to_owned());
    let runs: usize = std::env::var("BENCH_RUNS").map_or(Ok(1), |runs| runs.parse())?;
    let cache = tempfile::tempdir()?;
    let server = Server::start(cache.path()).await?;
    let cores = thread::available_parallelism().map_or(0, usize::from);
    println!("{cores} cores, 1280x720, 30 s of work and 10 s of rest, median of {runs}\n");
    println!("| intervals | length | | first fragment | speed | peak memory | output |");
    println!("| ---: | ---: | --- | ---: | ---: | ---: | ---: |");
    for intervals in asked.split(',') {
        let intervals: u32 = intervals.trim().parse()?;
        let request = request(intervals);
        let plan = server.plan(&request).await?;
        let (mut ours, mut naive) = (Vec::new(), Vec::new());
        for _ in 0..runs {
            ours.push(server.generate(&request).await?);
            naive.push(naive_command(&plan, &server.clips).await?);
        }
        let length = plan["duration"].as_f64().unwrap_or_default();
        show(intervals, length, "Virtual Coach", median(&ours));
        show(intervals, length, "one FFmpeg command", median(&naive));
    }
    Ok(())
}

fn show(intervals: u32, length: f64, who: &str, figures: Figures) {
    let Figures {
        first_fragment,
        wall,
        memory,
        bytes,
    } = figures;
    println!(
        "| {intervals} | {length:.0} s | {who} | {first_fragment:.2} s | {:.1}x | {memory:.0} MB | {:.1} MB |",
        length / wall,
        bytes / 1e6
    );
}

fn median(figures: &[Figures]) -> Figures {
    let of = |what: fn(&Figures) -> f64| {
        let mut all: Vec<f64> = figures.iter().map(what).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    Figures {
        first_fragment: of(|f| f.first_fragment),
        wall: of(|f| f.wall),
        memory: of(|f| f.memory),
        bytes: of(|f| f.bytes),
    }
}

/// A workout of so many intervals: get ready, then work with a rest between each two.
fn request(intervals: u32) -> Value {
    let exercises = [
        "air-squat",
        "push-ups",
        "plank",
        "glute-bridge",
        "mountain-climber",
        "crunch",
        "jumping-jack",
        "march-in-place",
    ];
    let works = intervals / 2;
    // Up to eight exercises a round, in as many rounds as it takes.
    let round = (1..=8)
        .rev()
        .find(|round| works.is_multiple_of(*round))
        .unwrap_or(1);
    json!({
        "exercise_names": exercises.iter().take(round as usize).collect::<Vec<_>>(),
        "config": {
            "rounds": works / round,
            "intervals": {"work_time": 30, "rest_time": 10, "get_ready": 10, "finish": 0},
        },
    })
}

/// The server in release, on a port of its own.
struct Server {
    process: Child,
    address: String,
    client: reqwest::Client,
    clips: HashMap<String, String>,
}

impl Server {
    async fn start(cache: &Path) -> Outcome<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let process = Command::new(env!("CARGO_BIN_EXE_virtual-coach"))
            .args(["serve", "--bind", &address, "--cache"])
            .arg(cache)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let catalogue: Value = serde_json::from_str(&fs::read_to_string("exercises.json")?)?;
        let clips = catalogue["exercises"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|e| {
                Some((
                    e["id"].as_str()?.to_owned(),
                    format!("videos/{}", e["video"].as_str()?),
                ))
            })
            .collect();
        let client = reqwest::Client::new();
        let server = Self {
            process,
            address,
            client,
            clips,
        };
        let ready = format!("http://{}/ready", server.address);
        for _ in 0..300 {
            if let Ok(answer) = server.client.get(&ready).send().await
                && answer.status().is_success()
            {
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err("the server is not ready after 30 s".into())
    }

    async fn plan(&self, request: &Value) -> Outcome<Value> {
        let url = format!("http://{}/api/plan", self.address);
        let answer = self
            .client
            .post(url)
            .json(request)
            .send()
            .await?
            .error_for_status()?;
        Ok(answer.json().await?)
    }

    async fn generate(&self, request: &Value) -> Outcome<Figures> {
        let url = format!("http://{}/api/generate-workout-video", self.address);
        let memory = Memory::watch(self.process.id());
        let mut stream = Stream::new();
        let answer = self
            .client
            .post(url)
            .json(request)
            .send()
            .await?
            .error_for_status()?;
        let mut body = answer.bytes_stream();
        while let Some(piece) = body.next().await {
            stream.see(&piece?);
        }
        stream.figures(memory)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already; either way it is reaped.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The obvious way: every interval an input, one graph, one process.
async fn naive_command(plan: &Value, clips: &HashMap<String, String>) -> Outcome<Figures> {
    let mut command = tokio::process::Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin"]);
    let (mut chains, mut joined) = (Vec::new(), Vec::new());
    let intervals = plan["intervals"].as_array().ok_or("a plan without intervals")?;
    for (number, interval) in intervals.iter().enumerate() {
        let exercise = interval["exercise"]
            .as_str()
            .or(interval["next"].as_str())
            .ok_or("no exercise")?;
        let speed = interval["speed"].as_f64().ok_or("no speed")?;
        let frames = interval["frames"].as_u64().ok_or("no frames")?;
        command.args(["-stream_loop", "-1", "-i", clips.get(exercise).ok_or("no clip")?]);
        chains.push(format!(
            "[{number}:v:0]setpts=PTS/{speed},scale=1280:720,setsar=1,fps=30,format=yuv420p,\
             trim=end_frame={frames},setpts=PTS-STARTPTS[v{number}]"
        ));
        joined.push(format!("[v{number}]"));
    }
    let length = plan["duration"].as_f64().ok_or("no duration")?;
    chains.push(format!(
        "{}concat=n={}:v=1:a=0[v]",
        joined.concat(),
        intervals.len()
    ));
    chains.push(format!("anullsrc=sample_rate=48000,atrim=duration={length}[a]"));
    command.args(["-filter_complex", &chains.join(";"), "-map", "[v]", "-map", "[a]"]);
    command.args([
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-g",
        "30",
        "-c:a",
        "aac",
    ]);
    command.args([
        "-f",
        "mp4",
        "-movflags",
        "empty_moov+default_base_moof+frag_keyframe",
        "pipe:1",
    ]);
    let mut stream = Stream::new();
    let mut process = command.stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let memory = Memory::watch(process.id().ok_or("it ended at once")?);
    let mut stdout = process.stdout.take().ok_or("no pipe")?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = stdout.read(&mut buffer).await?;
        if read == 0 {
            break;
        }
        stream.see(&buffer[..read]);
    }
    let figures = stream.figures(memory);
    if !process.wait().await?.success() {
        return Err("the naive command failed".into());
    }
    figures
}

/// A stream as it comes in: when its first `moof` came, and how many bytes in all.
struct Stream {
    start: Instant,
    first_fragment: Option<f64>,
    tail: Vec<u8>,
    bytes: f64,
}

impl Stream {
    fn new() -> Self {
        Self {
            start: Instant::now(),
            first_fragment: None,
            tail: Vec::new(),
            bytes: 0.0,
        }
    }

    fn see(&mut self, piece: &[u8]) {
        self.bytes += piece.len() as f64;
        if self.first_fragment.is_none() {
            self.tail.extend_from_slice(piece);
            if self.tail.windows(4).any(|four| four == b"mdat") {
                self.first_fragment = Some(self.start.elapsed().as_secs_f64());
            }
        }
    }

    fn figures(self, memory: Memory) -> Outcome<Figures> {
        Ok(Figures {
            first_fragment: self.first_fragment.ok_or("no media fragment came")?,
            wall: self.start.elapsed().as_secs_f64(),
            memory: memory.peak()?,
            bytes: self.bytes,
        })
    }
}

/// Watches the memory of a process and its children, twenty times a second.
struct Memory {
    ended: Arc<AtomicBool>,
    watcher: thread::JoinHandle<u64>,
}

impl Memory {
    fn watch(process: u32) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&ended);
        let watcher = thread::spawn(move || {
            let mut peak = 0;
            while !stop.load(Ordering::Relaxed) {
                peak = peak.max(family(process).into_iter().map(kilobytes).sum());
                thread::sleep(Duration::from_millis(50));
            }
            peak
        });
        Self { ended, watcher }
    }

    /// The highest sum seen, in megabytes.
    fn peak(self) -> Outcome<f64> {
        self.ended.store(true, Ordering::Relaxed);
        let kilobytes = self.watcher.join().map_err(|_| "the watcher panicked")?;
        Ok(kilobytes as f64 / 1024.0)
    }
}

/// A process and its children.
fn family(process: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers
        .filter(|number| *number == process || parent(*number) == Some(process))
        .collect()
}

fn parent(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may hold anything; the state and the parent follow it.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// A process's proportional set size; nothing when it has just ended.
fn kilobytes(process: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}
