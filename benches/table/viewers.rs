//! Many viewers at once, each reading as fast as its video plays.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::{sleep, sleep_until, timeout_at};

use super::Outcome;
use super::client::Answer;
use super::meters::{Memory, own_seconds, processor_seconds};
use super::server::Server;
use super::stream::Boxes;

/// How far a viewer reads ahead of what it shows.
const AHEAD: Duration = Duration::from_secs(4);
/// Viewers come evenly over so long.
const ARRIVAL: Duration = Duration::from_secs(20);
/// What the kernel may receive beyond what a viewer has read: little, or it would hold most of a minute.
const WINDOW: u32 = 64 << 10;
/// Fragments have a second of frames, of a loop at half the usual speed two.
const LONGEST_FRAGMENT: Duration = Duration::from_millis(2500);
/// A viewer reads so much at once, from a buffer of its own.
const READ: usize = 64 << 10;

/// What all viewers saw.
#[derive(Default)]
struct Seen {
    fragments: AtomicU64,
    stalls: AtomicU64,
    failed: AtomicU64,
    bytes: AtomicU64,
    /// The least time that a fragment was there before it was shown, in microseconds; `first` apart.
    least_ahead: AtomicU64,
    longest_start: AtomicU64,
}

/// What so many viewers cost.
pub struct Crowd {
    pub viewers: u32,
    pub watched: f64,
    pub failed: u64,
    pub stalls: u64,
    pub fragments: u64,
    /// Seconds before its time that the latest fragment came.
    pub least_ahead: f64,
    /// Seconds from request to first fragment, at most.
    pub longest_start: f64,
    pub megabytes_a_second: f64,
    pub memory: f64,
    /// Cores, while all watch.
    pub server: f64,
    pub client: f64,
}

/// Lets viewers come, and all of them watch for `watch` from the moment on that the last one is there.
pub async fn crowd(server: &Server, requests: &[Value], viewers: u32, watch: Duration) -> Outcome<Crowd> {
    let seen = Arc::new(Seen::default());
    seen.least_ahead.store(u64::MAX, Ordering::Relaxed);
    let end = Instant::now() + ARRIVAL + watch;
    let memory = Memory::watch(server.process());
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..viewers {
        let request = requests[number as usize % requests.len()].clone();
        let (address, seen) = (server.address.clone(), Arc::clone(&seen));
        let wait = ARRIVAL * number / viewers;
        tasks.spawn(async move {
            sleep(wait).await;
            if let Err(error) = view(&address, &request, end, &seen).await {
                eprintln!("a viewer: {error}");
                seen.failed.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    sleep(ARRIVAL).await;
    let bytes = seen.bytes.load(Ordering::Relaxed);
    let (of_server, of_client) = (processor_seconds(server.process()), own_seconds());
    let started = Instant::now();
    // Before the first of them leaves.
    sleep(watch.mul_f64(0.98)).await;
    let seconds = started.elapsed().as_secs_f64();
    let server_cores = (processor_seconds(server.process()) - of_server) / seconds;
    let client_cores = (own_seconds() - of_client) / seconds;
    let bytes = seen.bytes.load(Ordering::Relaxed) - bytes;
    while let Some(ended) = tasks.join_next().await {
        ended?;
    }
    let of = |what: &AtomicU64| what.load(Ordering::Relaxed);
    Ok(Crowd {
        viewers,
        watched: watch.as_secs_f64(),
        failed: of(&seen.failed),
        stalls: of(&seen.stalls),
        fragments: of(&seen.fragments),
        least_ahead: of(&seen.least_ahead) as f64 / 1e6,
        longest_start: of(&seen.longest_start) as f64 / 1e6,
        megabytes_a_second: bytes as f64 / 1e6 / seconds,
        memory: memory.peak()?,
        server: server_cores,
        client: client_cores,
    })
}

/// One viewer: plays from its first fragment on, without waiting for a reserve; reads ahead by [`AHEAD`].
async fn view(address: &str, request: &Value, end: Instant, seen: &Seen) -> Outcome<()> {
    let asked = Instant::now();
    let never = "it was not served at all";
    let asking = Answer::of(address, request, Some(WINDOW));
    let mut answer = timeout_at(end.into(), asking).await.map_err(|_| never)??;
    let mut buffer = vec![0; READ];
    let mut boxes = Boxes::default();
    let mut playing: Option<Instant> = None;
    let mut reached = Duration::ZERO;
    while Instant::now() < end {
        let mut late = Duration::ZERO;
        let before = boxes.bytes;
        let reading = answer.read(&mut buffer, |piece| {
            boxes.see(piece, |decode_time| {
                let now = Instant::now();
                reached = decode_time;
                let Some(since) = playing else {
                    playing = Some(now);
                    let took = (now - asked).as_micros() as u64;
                    seen.longest_start.fetch_max(took, Ordering::Relaxed);
                    return;
                };
                let due = since + decode_time;
                late = late.max(now.saturating_duration_since(due));
                let ahead = due.saturating_duration_since(now).as_micros() as u64;
                seen.least_ahead.fetch_min(ahead, Ordering::Relaxed);
                seen.fragments.fetch_add(1, Ordering::Relaxed);
            })
        });
        let Ok(more) = timeout_at(end.into(), reading).await else {
            break;
        };
        let more = more?;
        seen.bytes.fetch_add(boxes.bytes - before, Ordering::Relaxed);
        if late > Duration::ZERO {
            // Playback stood still for so long, and goes on from here.
            seen.stalls.fetch_add(1, Ordering::Relaxed);
            playing = playing.map(|since| since + late);
        }
        if !more {
            return Err("the video ended before its viewer".into());
        }
        if let Some(since) = playing {
            let until = since + reached.saturating_sub(AHEAD);
            if until > Instant::now() {
                sleep_until(until.min(end).into()).await;
            }
        }
    }
    let since = playing.ok_or(never)?;
    if since + reached + LONGEST_FRAGMENT < end {
        seen.stalls.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}
