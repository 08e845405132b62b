//! The program under test, in a folder of its own: `push-ups` and `air-squat` have clips, `plank`
//! has none. A [`Server`] serves on a free port and ends when it is dropped.

#![allow(dead_code)] // every test binary uses its own part

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, Method, RequestBuilder, Response};
use tempfile::TempDir;

/// A running server.
pub struct Server {
    program: Child,
    folder: TempDir,
    address: String,
    client: Client,
}

impl Server {
    /// Starts the server in a furnished folder, and waits until it serves.
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_in(furnished(), arguments)
    }

    /// Starts the server in the given folder, and waits until it serves.
    pub fn start_in(folder: TempDir, arguments: &[&str]) -> Self {
        Self::start_with(folder, arguments, Stdio::inherit())
    }

    /// Starts the server in a furnished folder and sends its log to `log`.
    pub fn start_logging(arguments: &[&str], log: Stdio) -> Self {
        Self::start_with(furnished(), arguments, log)
    }

    /// Starts the server in the given folder and sends its log elsewhere.
    pub fn start_logging_in(folder: TempDir, arguments: &[&str], log: Stdio) -> Self {
        Self::start_with(folder, arguments, log)
    }

    /// Starts the server through another program, such as `env`, and sends its log elsewhere.
    pub fn start_by(wrapper: &[&str], folder: TempDir, arguments: &[&str], log: Stdio) -> Self {
        let mut server = command(folder.path(), &["serve", "--bind", "127.0.0.1:0"]);
        server.args(arguments);
        let mut outer = Command::new(wrapper[0]);
        outer
            .args(&wrapper[1..])
            .arg(server.get_program())
            .args(server.get_args())
            .current_dir(folder.path())
            .stdin(Stdio::null());
        for (name, value) in server.get_envs() {
            match value {
                Some(value) => outer.env(name, value),
                None => outer.env_remove(name),
            };
        }
        Self::serving(outer, folder, log)
    }

    fn start_with(folder: TempDir, arguments: &[&str], log: Stdio) -> Self {
        let mut server = command(folder.path(), &["serve", "--bind", "127.0.0.1:0"]);
        server.args(arguments);
        Self::serving(server, folder, log)
    }

    fn serving(server: Command, folder: TempDir, log: Stdio) -> Self {
        let (server, said) = Self::answering(server, folder, log);
        said.lines()
            .map_while(Result::ok)
            .find(|line| line.contains(" serves "))
            .expect("it says that it serves");
        server
    }

    /// Starts the server, and waits until it answers: it may not have inspected its clips yet.
    pub fn start_young(folder: TempDir, arguments: &[&str]) -> Self {
        let mut server = command(folder.path(), &["serve", "--bind", "127.0.0.1:0"]);
        server.args(arguments);
        Self::answering(server, folder, Stdio::inherit()).0
    }

    fn answering(
        mut server: Command,
        folder: TempDir,
        log: Stdio,
    ) -> (Self, BufReader<std::process::ChildStdout>) {
        let mut program = server
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the program starts");
        let mut said = String::new();
        let stdout = program.stdout.take().expect("standard output is a pipe");
        let mut stdout = BufReader::new(stdout);
        stdout.read_line(&mut said).expect("it says where it answers");
        let address = said
            .split("http://")
            .nth(1)
            .map(|rest| rest.split(['/', ' ', '\n']).next().unwrap_or_default());
        let address = address
            .unwrap_or_else(|| panic!("no address in {said:?}"))
            .to_owned();
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // Tests count the descriptors that are open in the server.
            .pool_idle_timeout(Duration::from_secs(5))
            .build();
        let server = Self {
            program,
            folder,
            address,
            client: client.expect("a client"),
        };
        (server, stdout)
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// The server's FFmpeg processes, including zombies.
    pub fn children(&self) -> Vec<u32> {
        let numbers = std::fs::read_dir("/proc").expect("a Linux machine").flatten();
        let numbers = numbers.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers
            .filter(|number| parent(*number) == Some(self.program.id()))
            .collect()
    }

    /// Waits until the server has no child process; panics after `patience`.
    pub async fn childless(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if self.children().is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!(
            "after {patience:?} these processes are left: {:?}",
            self.children()
        );
    }

    /// The process id of the server.
    pub fn process(&self) -> u32 {
        self.program.id()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.address))
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.expect("an answer")
    }

    /// Kills the server at once, and returns its folder.
    pub fn kill(mut self) -> TempDir {
        let empty = tempfile::tempdir().expect("a folder");
        std::mem::replace(&mut self.folder, empty)
    }

    /// Sends SIGTERM, as a service manager does, and waits.
    pub fn terminate(&mut self) -> ExitStatus {
        let pid = self.program.id().to_string();
        let sent = Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .expect("kill runs");
        assert!(sent.success(), "kill failed");
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            if let Some(end) = self.program.try_wait().expect("the program can be waited for") {
                return end;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it did not end");
    }
}

fn parent(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may contain any character; the state and the parent follow it.
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server may have ended already; in both cases no process is left.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// The program, to be run in a folder; of this machine's settings it gets only FFmpeg's.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_virtual-coach"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COACH_")) {
        // `COACH_FFMPEG` is the machine's setting; all other variables are the test's.
        if !["COACH_FFMPEG", "COACH_FFPROBE"].contains(&name.as_str()) {
            command.env_remove(name);
        }
    }
    // Prefetch is off unless a test passes `--prepare true`.
    command
        .env("COACH_PREPARE", "false")
        .current_dir(folder)
        .args(["--log", "warn"])
        .args(arguments)
        .stdin(Stdio::null());
    command
}

/// A folder with a catalogue of three real exercises and two small clips.
pub fn furnished() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    furnish(folder.path());
    folder
}

fn furnish(folder: &Path) {
    let all = include_str!("../../exercises.json");
    let mut catalogue: serde_json::Value = serde_json::from_str(all).expect("exercises.json is JSON");
    let exercises = catalogue["exercises"]
        .as_array_mut()
        .expect("a list of exercises");
    let order = ["push-ups", "air-squat", "plank"];
    let place = |exercise: &serde_json::Value| order.iter().position(|id| exercise["id"] == *id);
    exercises.retain(|exercise| place(exercise).is_some());
    exercises.sort_by_key(place);
    for exercise in exercises.iter_mut() {
        exercise["video"] = format!("{}.mp4", exercise["id"].as_str().expect("an id")).into();
        exercise.as_object_mut().expect("an object").remove("loop_range");
    }
    std::fs::write(folder.join("exercises.json"), catalogue.to_string()).expect("a catalogue");
    let videos = folder.join("videos");
    std::fs::create_dir(&videos).expect("a folder");
    let ffmpeg = std::env::var_os("COACH_FFMPEG").unwrap_or_else(|| "ffmpeg".into());
    let made = Command::new(ffmpeg)
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc=size=320x180:rate=30:duration=1",
        ])
        .args(["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"])
        .arg(videos.join("push-ups.mp4"))
        .status()
        .expect("FFmpeg runs");
    assert!(made.success(), "FFmpeg could not make a clip");
    std::fs::copy(videos.join("push-ups.mp4"), videos.join("air-squat.mp4")).expect("a second clip");
}

/// The FFmpeg that the tests use.
pub fn ffmpeg() -> std::ffi::OsString {
    std::env::var_os("COACH_FFMPEG").unwrap_or_else(|| "ffmpeg".into())
}

/// The task of a child process; a stand-in reads it from its environment.
#[allow(unused_imports)] // not every test binary uses it
pub use virtual_coach::ffmpeg::Task;

/// An FFmpeg that runs `first`, then the real FFmpeg, when its task matches (a shell pattern
/// matches several tasks); else only the real one.
#[allow(clippy::needless_pass_by_value)] // reads better where it is called
pub fn ffmpeg_that(folder: &Path, task: impl std::fmt::Display, first: &str) -> String {
    stand_in(folder, ffmpeg(), task, first)
}

/// The same for FFprobe.
#[allow(clippy::needless_pass_by_value)] // reads better where it is called
pub fn ffprobe_that(folder: &Path, task: impl std::fmt::Display, first: &str) -> String {
    let real = std::env::var_os("COACH_FFPROBE").unwrap_or_else(|| "ffprobe".into());
    stand_in(folder, real, task, first)
}

#[allow(clippy::needless_pass_by_value)] // reads better where it is called
fn stand_in(folder: &Path, real: std::ffi::OsString, task: impl std::fmt::Display, first: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let real = real.into_string().unwrap();
    let name = Path::new(&real).file_name().unwrap().to_str().unwrap();
    let path = folder.join(format!("{name}-that"));
    let script = format!("#!/bin/sh\ncase \"$COACH_TASK\" in {task}) {first};; esac\nexec {real} \"$@\"\n");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}
