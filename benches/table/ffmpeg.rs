//! FFmpeg alone: the obvious command, and the joining of pieces that were encoded before.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use super::meters::{Memory, processor_seconds};
use super::stream::Stream;
use super::{Figures, Outcome};

/// How both write their video: to a pipe, in fragments.
const FRAGMENTS: [&str; 5] = [
    "-f",
    "mp4",
    "-movflags",
    "empty_moov+default_base_moof+frag_keyframe",
    "pipe:1",
];

const ENCODING: [&str; 8] = [
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-g",
    "30",
    "-c:a",
    "aac",
];

/// What an interval shows: clip, speed, frames.
type Shown = (String, f64, u64);

fn shown(plan: &Value, clips: &HashMap<String, String>) -> Outcome<Vec<Shown>> {
    let intervals = plan["intervals"].as_array().ok_or("a plan without intervals")?;
    let all = intervals.iter().map(|interval| {
        let exercise = interval["exercise"].as_str().or(interval["next"].as_str());
        Some((
            clips.get(exercise?)?.clone(),
            interval["speed"].as_f64()?,
            interval["frames"].as_u64()?,
        ))
    });
    all.collect::<Option<_>>()
        .ok_or_else(|| "an interval of the plan is not whole".into())
}

fn chain((_, speed, frames): &Shown) -> String {
    format!(
        "setpts=PTS/{speed},scale=1280:720,setsar=1,fps=30,format=yuv420p,\
         trim=end_frame={frames},setpts=PTS-STARTPTS"
    )
}

/// The obvious way: every interval an input, one graph, one process; no HUD, no cues.
pub async fn naive(plan: &Value, clips: &HashMap<String, String>) -> Outcome<Figures> {
    let mut command = quiet();
    let (mut chains, mut joined) = (Vec::new(), Vec::new());
    let all = shown(plan, clips)?;
    for (number, shown) in all.iter().enumerate() {
        command.args(["-stream_loop", "-1", "-i", &shown.0]);
        chains.push(format!("[{number}:v:0]{}[v{number}]", chain(shown)));
        joined.push(format!("[v{number}]"));
    }
    let length = plan["duration"].as_f64().ok_or("no duration")?;
    chains.push(format!("{}concat=n={}:v=1:a=0[v]", joined.concat(), all.len()));
    chains.push(format!("anullsrc=sample_rate=48000,atrim=duration={length}[a]"));
    command.args(["-filter_complex", &chains.join(";"), "-map", "[v]", "-map", "[a]"]);
    command.args(ENCODING).args(FRAGMENTS);
    streamed(command).await
}

/// Encodes each different interval of a plan into a file of its own, and a list of all of them.
pub async fn encode_pieces(plan: &Value, clips: &HashMap<String, String>, folder: &Path) -> Outcome<()> {
    let all = shown(plan, clips)?;
    let mut list = String::new();
    for (number, shown) in all.iter().enumerate() {
        let same = all.iter().position(|other| other == shown).unwrap_or(number);
        let file = folder.join(format!("{same}.mp4"));
        list.push_str(&format!("file '{}'\n", file.display()));
        if same < number {
            continue;
        }
        let seconds = (shown.2 as f64 / 30.0).to_string();
        let mut command = quiet();
        command.args(["-stream_loop", "-1", "-i", &shown.0]);
        command.args(["-f", "lavfi", "-i", "anullsrc=sample_rate=48000"]);
        command.args(["-filter_complex", &format!("[0:v:0]{}[v]", chain(shown))]);
        command.args(["-map", "[v]", "-map", "1:a", "-t", &seconds]);
        command.args(ENCODING).arg(file);
        if !command.status().await?.success() {
            return Err("a piece could not be encoded".into());
        }
    }
    fs::write(folder.join("list"), list)?;
    Ok(())
}

/// Joins the pieces of a folder without encoding.
pub async fn joined(folder: &Path) -> Outcome<Figures> {
    let mut command = quiet();
    command
        .args(["-f", "concat", "-safe", "0", "-i"])
        .arg(folder.join("list"));
    command.args(["-c", "copy"]).args(FRAGMENTS);
    streamed(command).await
}

fn quiet() -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y"]).kill_on_drop(true);
    command
}

async fn streamed(mut command: Command) -> Outcome<Figures> {
    // When it has been waited for, its time is among this process's children's.
    let this = std::process::id();
    let mut stream = Stream::new();
    let before = processor_seconds(this) - super::meters::own_seconds();
    let mut process = command.stdout(Stdio::piped()).spawn()?;
    let memory = Memory::watch(process.id().ok_or("it ended at once")?);
    let mut stdout = process.stdout.take().ok_or("no pipe")?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = stdout.read(&mut buffer).await?;
        if read == 0 {
            break;
        }
        stream.see(&buffer[..read])?;
    }
    let ended = process.wait().await?;
    let after = || processor_seconds(this) - super::meters::own_seconds() - before;
    let figures = stream.figures(memory, after)?;
    if !ended.success() {
        return Err("FFmpeg failed".into());
    }
    Ok(figures)
}
