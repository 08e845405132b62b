//! `make bench`: every way to make a workout, in one run on one machine from the same clips.
//!
//! The workout: three rounds of eight exercises, 30 s of work and 10 s of rest, 720p; 16 minutes. The ways:
//!
//! - one FFmpeg command with an input per interval, `setpts` and `concat`, x264 ultrafast: the obvious one,
//!   without HUD and cues;
//! - `ffmpeg -f concat -c copy` of intervals that were encoded before, without HUD and cues;
//! - the server's graph renderer, HUD and cues included;
//! - the server's stitch renderer, HUD and cues included: cold (an empty cache) and warm.
//!
//! Then the latency of the warm server's first fragment, over many requests that are dropped after it,
//! and a crowd of viewers, each reading as fast as its video plays. At last downloads of a link's video beside
//! nginx, which sends the same bytes from a file.
//!
//! `BENCH_RUNS=3` makes each several times and shows medians; `BENCH_ROUNDS=1` a shorter workout;
//! `BENCH_WAYS=cold,warm` some of the ways (naive, joined, graph, cold, warm, viewers, downloads, bytes);
//! `BENCH_VIEWERS=100`, `BENCH_WATCH=10` a smaller crowd for so many seconds.

mod client;
mod downloads;
mod ffmpeg;
mod meters;
mod nginx;
mod server;
mod stream;
mod viewers;

use std::path::Path;
use std::str::FromStr;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use meters::{Memory, load};
use server::Server;
use stream::Stream;

/// What may fail for any reason.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Requests for the latency of the first fragment.
const REQUESTS: usize = 200;
/// Requests before anything of a warm server is measured: its loops are then in memory.
const WARMING: usize = 3;

/// What one run showed.
#[derive(Clone, Copy)]
pub struct Figures {
    first_fragment: f64,
    wall: f64,
    memory: f64,
    processor: f64,
    bytes: u64,
}

impl Stream {
    fn figures(self, memory: Memory, processor: impl FnOnce() -> f64) -> Outcome<Figures> {
        Ok(Figures {
            wall: self.wall,
            first_fragment: self.first_fragment.ok_or("no media fragment came")?,
            memory: memory.peak()?,
            processor: processor(),
            bytes: self.boxes.bytes,
        })
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let runs: usize = setting("BENCH_RUNS", 1)?;
    let request = request(setting("BENCH_ROUNDS", 3)?, 0);
    let ways: String = setting(
        "BENCH_WAYS",
        "naive,joined,graph,cold,warm,viewers,downloads,bytes".to_owned(),
    )?;
    let wanted = |way: &str| ways.split(',').any(|each| each.trim() == way);
    let folder = tempfile::tempdir()?;
    let (empty, cache) = (folder.path().join("empty"), folder.path().join("cache"));
    let clips = server::clips()?;
    let plan = Server::start(&empty).await?.plan(&request).await?;
    let cores = thread::available_parallelism().map_or(0, usize::from);
    println!(
        "{cores} cores, load {}, 1280x720, {} s, median of {runs}\n",
        load(),
        plan["duration"]
    );
    println!("| | first fragment | wall time | output/s | peak memory | CPU | output |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    if wanted("naive") {
        let mut all = Vec::new();
        for _ in 0..runs {
            all.push(ffmpeg::naive(&plan, &clips).await?);
        }
        show("one FFmpeg command, no HUD", &all);
    }
    if wanted("joined") {
        ffmpeg::encode_pieces(&plan, &clips, folder.path()).await?;
        let mut all = Vec::new();
        for _ in 0..runs {
            all.push(ffmpeg::joined(folder.path()).await?);
        }
        show("`-f concat -c copy`, no HUD, pieces made before", &all);
    }
    if wanted("graph") {
        let mut by_graph = request.clone();
        by_graph["renderer"] = "graph".into();
        let mut all = Vec::new();
        for _ in 0..runs {
            let server = Server::start(&empty).await?;
            all.push(server.generate(&by_graph).await?);
        }
        show("graph", &all);
    }
    if wanted("cold") {
        let mut all = Vec::new();
        for run in 0..runs {
            let server = Server::start(&folder.path().join(format!("cold{run}"))).await?;
            all.push(server.generate(&request).await?);
        }
        show("stitched, cold", &all);
    }
    if wanted("warm") || wanted("viewers") {
        // Fills the cache; measured is another server that finds it filled.
        let filling = Server::start(&cache).await?.generate(&request).await?;
        let server = Server::start(&cache).await?;
        for _ in 0..WARMING {
            server.first_fragment(&request).await?;
        }
        server.quiet().await?;
        if wanted("warm") {
            warm(&server, &request, runs, filling.bytes).await?;
        }
    }
    if wanted("viewers") {
        viewers(&cache).await?;
    }
    if wanted("downloads") || wanted("bytes") {
        let server = Server::start(&cache).await?;
        if wanted("downloads") {
            downloads::compare(&server, &request, &folder.path().join("nginx")).await?;
        }
        if wanted("bytes") {
            downloads::half_an_hour(&server, &request).await?;
        }
    }
    Ok(())
}

async fn warm(server: &Server, request: &Value, runs: usize, cold_bytes: u64) -> Outcome<()> {
    let mut firsts = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        firsts.push(server.first_fragment(request).await? * 1000.0);
    }
    let mut all = Vec::new();
    for _ in 0..runs {
        all.push(server.generate(request).await?);
    }
    if all.iter().any(|figures| figures.bytes != cold_bytes) {
        return Err("the warm video is another than the cold one".into());
    }
    show("stitched, warm", &all);
    firsts.sort_by(f64::total_cmp);
    println!(
        "\nfirst fragment of {REQUESTS} requests to the warm server: median {:.2} ms, \
         99th percentile {:.2} ms, at most {:.2} ms",
        firsts[REQUESTS / 2],
        firsts[REQUESTS * 99 / 100],
        firsts[REQUESTS - 1]
    );
    Ok(())
}

async fn viewers(cache: &Path) -> Outcome<()> {
    let server = Server::start(cache).await?;
    // Workouts of their own: the same exercises, each time in another order.
    let requests: Vec<Value> = (0..8).map(|turn| request(3, turn)).collect();
    for request in &requests {
        server.first_fragment(request).await?;
    }
    server.quiet().await?;
    let count = setting("BENCH_VIEWERS", 1000)?;
    let watch = Duration::from_secs(setting("BENCH_WATCH", 30)?);
    let started = Instant::now();
    let crowd = viewers::crowd(&server, &requests, count, watch).await?;
    println!(
        "\n{} viewers, all at once for {} s (run of {:.0} s, load {}): {} stalls in {} fragments, {} failed; \
         start at most {:.0} ms; latest fragment {:.0} ms before its time; {:.0} MB/s; server {:.0} MB, \
         {:.2} cores; the viewers themselves {:.2} cores",
        crowd.viewers,
        crowd.watched,
        started.elapsed().as_secs_f64(),
        load(),
        crowd.stalls,
        crowd.fragments,
        crowd.failed,
        crowd.longest_start * 1000.0,
        crowd.least_ahead * 1000.0,
        crowd.megabytes_a_second,
        crowd.memory,
        crowd.server,
        crowd.client
    );
    Ok(())
}

fn show(who: &str, all: &[Figures]) {
    let median = |what: fn(&Figures) -> f64| {
        let mut all: Vec<f64> = all.iter().map(what).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let (wall, bytes) = (median(|f| f.wall), median(|f| f.bytes as f64));
    println!(
        "| {who} | {:.1} ms | {wall:.2} s | {:.0} MB | {:.0} MB | {:.2} s | {:.1} MB |",
        median(|f| f.first_fragment) * 1000.0,
        bytes / 1e6 / wall,
        median(|f| f.memory),
        median(|f| f.processor),
        bytes / 1e6
    );
}

/// What an environment variable says, or else the usual.
fn setting<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(name: &str, usual: T) -> Outcome<T> {
    match std::env::var(name) {
        Ok(text) => Ok(text.parse()?),
        Err(_) => Ok(usual),
    }
}

/// The workout: get ready, then work with a rest between each two. `turn` is the exercise it begins with.
fn request(rounds: u32, turn: usize) -> Value {
    let mut exercises = [
        "air-squat",
        "push-ups",
        "plank",
        "glute-bridge",
        "mountain-climber",
        "crunch",
        "jumping-jack",
        "march-in-place",
    ];
    exercises.rotate_left(turn);
    json!({
        "exercise_names": exercises,
        "config": {
            "rounds": rounds,
            "intervals": {"work_time": 30, "rest_time": 10, "get_ready": 10, "finish": 0},
        },
    })
}
