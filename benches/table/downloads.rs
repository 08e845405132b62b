//! A link's video as a download, beside nginx that sends the same bytes from a file.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::Instant;

use serde_json::Value;

use super::Outcome;
use super::meters::{load, own_seconds, processor_seconds};
use super::nginx::Nginx;
use super::server::Server;

/// A client reads so much at once, and throws it away.
const READ: usize = 256 << 10;
/// Downloads of one client, of which the median is shown, and of a crowd.
const ALONE: usize = 15;
const TOGETHER: usize = 5;
const CROWD: usize = 32;
/// Requests at random offsets.
const OFFSETS: u64 = 300;

/// Who answers: where, what, and by which process.
struct Source {
    address: String,
    path: String,
    process: u32,
}

/// One download or several at once.
#[derive(Clone, Copy)]
struct Run {
    megabytes: f64,
    seconds: f64,
    /// Processor seconds.
    server: f64,
    client: f64,
}

/// Sends `GET` and gives the connection, the first bytes of the body and how many there should be in all.
fn ask(source: &Source, from: Option<u64>) -> io::Result<(TcpStream, Vec<u8>, u64)> {
    let mut connection = TcpStream::connect(&source.address)?;
    connection.set_nodelay(true)?;
    let range = from.map_or_else(String::new, |from| format!("Range: bytes={from}-\r\n"));
    let head = format!(
        "GET {} HTTP/1.1\r\nHost: localhost\r\n{range}Connection: close\r\n\r\n",
        source.path
    );
    connection.write_all(head.as_bytes())?;
    let (mut answer, mut piece) = (Vec::new(), [0; 4096]);
    let end = loop {
        let read = connection.read(&mut piece)?;
        answer.extend_from_slice(&piece[..read]);
        if let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n")
            && answer.len() > end + 4
        {
            break end + 4;
        }
        if read == 0 {
            return Err(io::Error::other("no answer with a body"));
        }
    };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let status = if from.is_some() { "206" } else { "200" };
    let length = head
        .split("content-length:")
        .nth(1)
        .and_then(|rest| rest.lines().next()?.trim().parse().ok());
    match length {
        Some(length) if head[9..].starts_with(status) => Ok((connection, answer.split_off(end), length)),
        _ => Err(io::Error::other(head)),
    }
}

/// All of it; `keep` sees every piece.
fn download(source: &Source, mut keep: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<u64> {
    let (mut connection, first, length) = ask(source, None)?;
    keep(&first)?;
    let mut got = first.len() as u64;
    let mut buffer = vec![0; READ];
    while got < length {
        let read = connection.read(&mut buffer)?;
        if read == 0 {
            return Err(io::Error::other("the download broke off"));
        }
        keep(&buffer[..read])?;
        got += read as u64;
    }
    Ok(got)
}

fn run(source: &Source, clients: usize) -> Outcome<Run> {
    let (of_server, of_client) = (processor_seconds(source.process), own_seconds());
    let start = Instant::now();
    let all = thread::scope(|scope| {
        let tasks: Vec<_> = (0..clients)
            .map(|_| scope.spawn(|| download(source, |_| Ok(()))))
            .collect();
        let ended = tasks.into_iter().map(|task| match task.join() {
            Ok(bytes) => bytes,
            Err(_) => Err(io::Error::other("a client panicked")),
        });
        ended.sum::<io::Result<u64>>()
    })?;
    let seconds = start.elapsed().as_secs_f64();
    Ok(Run {
        megabytes: all as f64 / 1e6,
        seconds,
        server: processor_seconds(source.process) - of_server,
        client: own_seconds() - of_client,
    })
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// Milliseconds from before the connection until the first byte of a range is there.
fn first_byte(source: &Source, from: u64) -> Outcome<f64> {
    let start = Instant::now();
    ask(source, Some(from))?;
    Ok(start.elapsed().as_secs_f64() * 1000.0)
}

/// The table of both kinds of video. The server has its loops; nginx gets a folder of its own.
pub async fn compare(server: &Server, request: &Value, folder: &Path) -> Outcome<()> {
    fs::create_dir(folder)?;
    let Some(nginx) = Nginx::start(folder)? else {
        println!("\ndownloads: left out, there is no nginx");
        return Ok(());
    };
    println!(
        "\n| download beside nginx (load {}) | clients | server | nginx | ratio | cores: server, its client | nginx, its client |",
        load()
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut latencies = Vec::new();
    for (name, hud) in [("with HUD", true), ("without HUD", false)] {
        let request = if hud { request.clone() } else { bare(request) };
        let linked = Source {
            address: server.address.clone(),
            path: server.link(&request).await?,
            process: server.process(),
        };
        let stored = Source {
            address: nginx.address.clone(),
            path: format!("/{hud}.mp4"),
            process: nginx.process(),
        };
        // Also what makes both warm.
        let mut file = fs::File::create(folder.join(format!("{hud}.mp4")))?;
        let length = download(&linked, |piece| file.write_all(piece))?;
        if download(&stored, |_| Ok(()))? != length {
            return Err("nginx sends another file".into());
        }
        for (clients, turns) in [(1, ALONE), (CROWD, TOGETHER)] {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for _ in 0..turns {
                ours.push(run(&linked, clients)?);
                theirs.push(run(&stored, clients)?);
            }
            row(name, length, clients, &ours, &theirs);
        }
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for n in 0..OFFSETS {
            // A walk over the file that comes nowhere twice.
            let from = n * 104_729 * 7919 % length;
            ours.push(first_byte(&linked, from)?);
            theirs.push(first_byte(&stored, from)?);
        }
        latencies.push((name, ours, theirs));
    }
    for (name, mut ours, mut theirs) in latencies {
        ours.sort_by(f64::total_cmp);
        theirs.sort_by(f64::total_cmp);
        let [half, nearly] = [ours.len() / 2, ours.len() * 99 / 100];
        println!(
            "\nfirst byte at {OFFSETS} offsets, {name}: median {:.2} ms, 99th percentile {:.2} ms (nginx {:.2} and {:.2} ms)",
            ours[half], ours[nearly], theirs[half], theirs[nearly]
        );
    }
    Ok(())
}

fn row(name: &str, length: u64, clients: usize, ours: &[Run], theirs: &[Run]) {
    let speed = |all: &[Run]| median(all.iter().map(|run| run.megabytes / run.seconds).collect());
    // Of all runs together: the clock of processor time counts hundredths.
    let cores = |all: &[Run], what: fn(&Run) -> f64| {
        all.iter().map(what).sum::<f64>() / all.iter().map(|run| run.seconds).sum::<f64>()
    };
    println!(
        "| {name}, {:.1} MB | {clients} | {:.0} MB/s | {:.0} MB/s | {:.2} | {:.2}, {:.2} | {:.2}, {:.2} |",
        length as f64 / 1e6,
        speed(ours),
        speed(theirs),
        speed(ours) / speed(theirs),
        cores(ours, |run| run.server),
        cores(ours, |run| run.client),
        cores(theirs, |run| run.server),
        cores(theirs, |run| run.client),
    );
}

/// Bytes of half an hour without HUD: as a link's file, and as the graph renders it.
pub async fn half_an_hour(server: &Server, request: &Value) -> Outcome<()> {
    let mut request = bare(request);
    request["config"]["rounds"] = 6.into();
    let plan = server.plan(&request).await?;
    let seconds = plan["duration"].as_f64().ok_or("no duration")?;
    let linked = Source {
        address: server.address.clone(),
        path: server.link(&request).await?,
        process: server.process(),
    };
    let linked = download(&linked, |_| Ok(()))?;
    request["renderer"] = "graph".into();
    let graph = server.generate(&request).await?.bytes;
    println!(
        "\n{:.0} min without HUD: {:.1} MB as a link's file, {:.1} MB by the graph: 1/{:.0}",
        seconds / 60.0,
        linked as f64 / 1e6,
        graph as f64 / 1e6,
        graph as f64 / linked as f64
    );
    Ok(())
}

/// The same workout without HUD.
fn bare(request: &Value) -> Value {
    let mut request = request.clone();
    for what in ["timer", "progress_bar", "exercise_name", "round"] {
        request["config"][format!("show_{what}")] = false.into();
    }
    request
}
