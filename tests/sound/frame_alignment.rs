//! Sound made of coded cues, decoded by FFmpeg: cues at the right instants, silence between them,
//! no clicks, and each cue the same at every position.

use std::collections::HashMap;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use crate::fixture::{ffmpeg, interval, onsets};
use virtual_coach::ffmpeg::{FfmpegError, Tools};
use virtual_coach::mp4::{AacConfig, AdtsReader, Sample};
use virtual_coach::sound::{
    AlignedCues, Cluster, Cue, CueKind, CueMixer, FRAME_SAMPLES, MAX_SHIFT, Patch, cues, write_s16le,
};
use virtual_coach::stitch::sound::{CueCache, CueError, CueTrack};
use virtual_coach::units::Samples;
use virtual_coach::workout::IntervalKind::{self, Finish, GetReady, Rest, Work};
use virtual_coach::workout::{Side, Timeline};

/// Level from which a sound counts as heard; an encoder's noise is a tenth of that.
const HEARD: f32 = 0.03;
/// One step of 16 bits, -90 dBFS.
const STEP: f32 = 1.0 / 32_768.0;

fn timeline(intervals: &[(IntervalKind, u64, Option<Side>)]) -> Timeline {
    let intervals = intervals
        .iter()
        .map(|&(kind, video_frames, side)| interval(kind, "squat", video_frames, (1, 1), side));
    Timeline::new(intervals.collect()).expect("an interval")
}

/// All usual intervals, and a change of sides.
fn short() -> Timeline {
    timeline(&[
        (GetReady, 150, None),
        (Work, 601, None),
        (Rest, 300, None),
        (Work, 307, Some(Side::Left)),
        (Work, 307, Some(Side::Right)),
        (Finish, 90, None),
    ])
}

/// A cue at the first sample and one that ends with the last sample; the lengths are on no common
/// grid.
fn without_edges(video_frames: u64) -> Timeline {
    timeline(&[(Work, 100, None), (Rest, 121, None), (Work, video_frames, None)])
}

/// A timeline of twelve minutes.
fn long() -> Timeline {
    let round = |n: u64| [(Work, 901 + n, None), (Rest, 299 + n % 7, None)];
    timeline(&(0..18).flat_map(round).collect::<Vec<_>>())
}

/// Rests in which the end signal and the next beep are 1 to 13 video frames apart.
fn dense() -> Timeline {
    let round = |n: u64| [(Work, 30, None), (Rest, 106 + n % 13, None)];
    timeline(&(0..26).flat_map(round).collect::<Vec<_>>())
}

fn book() -> CueCache {
    CueCache::new(Arc::new(Tools::default()))
}

/// Adds ADTS headers (ISO/IEC 14496-3 1.A.2.2): AAC-LC, 48 kHz, stereo, no checksum.
fn adts(frames: &[Sample]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for frame in frames {
        let length = frame.data.len() + 7;
        let sizes = [
            0x80 | (length >> 11) as u8,
            (length >> 3) as u8,
            (length << 5) as u8 | 0x1f,
        ];
        bytes.extend([0xff, 0xf1, 0x4c].into_iter().chain(sizes).chain([0xfc]));
        bytes.extend_from_slice(&frame.data);
    }
    bytes
}

/// The left channel; the right one must be the same except for noise.
fn decode(adts: &[u8]) -> Vec<f32> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sound.aac");
    std::fs::write(&file, adts).unwrap();
    let file = file.to_str().unwrap();
    let strict = ["-err_detect", "explode", "-f", "aac", "-i", file];
    let raw = ["-f", "f32le", "-ac", "2", "-"];
    let bytes = ffmpeg(&[&strict[..], &raw[..]].concat());
    let value = |b: &[u8]| f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
    let sides = bytes.chunks_exact(8).map(|b| (value(&b[..4]), value(&b[4..])));
    sides
        .map(|(left, right)| {
            assert!((left - right).abs() < 0.01, "left {left}, right {right}");
            left
        })
        .collect()
}

fn mixed(cues: Vec<Cue>, samples: usize) -> Vec<f32> {
    let mut pcm = vec![0.0; samples * 2];
    CueMixer::new(cues).mix(Samples(0), &mut pcm);
    pcm.chunks_exact(2).map(|pair| pair[0]).collect()
}

/// The same sound from one continuous encoding, decoded.
fn continuous(pcm: &[f32]) -> Vec<f32> {
    let mut raw = Vec::new();
    for sample in pcm {
        write_s16le(&[*sample, *sample], &mut raw);
    }
    let mut child = Command::from(Tools::default().aac())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("these tests need ffmpeg on the PATH");
    let mut stdin = child.stdin.take().unwrap();
    let feed = std::thread::spawn(move || stdin.write_all(&raw));
    let output = child.wait_with_output().unwrap();
    feed.join().unwrap().unwrap();
    let mut reader = AdtsReader::new();
    reader.push(output.stdout.into());
    let mut frames = Vec::new();
    while let Some(frame) = reader.pull().unwrap() {
        frames.push(frame);
    }
    decode(&adts(&frames[1..]))
}

/// The cues at their instants in the track.
fn moved(aligned: &AlignedCues) -> Vec<Cue> {
    let cues_of = aligned.patches().iter().flat_map(|patch| {
        let begins = (patch.first_frame * FRAME_SAMPLES, patch.skip * FRAME_SAMPLES);
        let cues = patch.cluster.cues().iter();
        cues.map(move |cue| Cue {
            kind: cue.kind,
            at: Samples(begins.0 + cue.at.0 - begins.1),
        })
    });
    cues_of.collect()
}

fn drain(track: &mut CueTrack) -> Vec<Sample> {
    let mut frames = Vec::new();
    // In portions of a few video frames, as a renderer reads them.
    while track.position() < track.length() {
        frames.extend(track.frames(track.position() + Samples(5 * 1600)));
    }
    frames
}

/// The decoded sound of one workout.
struct Heard {
    aligned: AlignedCues,
    samples: Vec<f32>,
}

async fn hear(book: &CueCache, name: &str, timeline: &Timeline) -> Heard {
    let (cues, length) = (cues(timeline), timeline.length().samples());
    let start = Instant::now();
    let mut track = book.track(&cues, length).await.unwrap();
    let took = start.elapsed();
    let frames = drain(&mut track);
    let lasts: u64 = frames.iter().map(|f| u64::from(f.duration)).sum();
    assert_eq!(lasts, length.0, "{name}: as long as the pictures");
    let samples = decode(&adts(&frames));
    assert_eq!(
        samples.len() as u64,
        length.0.div_ceil(FRAME_SAMPLES) * FRAME_SAMPLES,
        "{name}: decoded"
    );
    let aligned = AlignedCues::new(&cues, length);
    check_instants(name, &cues, &samples);
    check_silence(name, &cues, &samples);
    check_joints(name, &aligned, &samples);
    println!("{name}: {} cues laid in {took:?}", cues.len());
    Heard { aligned, samples }
}

fn check_instants(name: &str, cues: &[Cue], samples: &[f32]) {
    // The onsets are those of notes: some cues have two.
    let asked = onsets(&mixed(cues.to_vec(), samples.len()), HEARD, 0.01);
    let heard = onsets(samples, HEARD, 0.01);
    assert_eq!(
        heard.len(),
        asked.len(),
        "{name}: heard {heard:?}, asked {asked:?}"
    );
    let off = asked.iter().zip(&heard).map(|(a, h)| (a - h).abs());
    let worst = off.fold(0.0, f64::max);
    assert!(worst < 0.011, "{name}: a cue is {worst} s off");
    println!("{name}: {} notes, at most {:.2} ms off", heard.len(), worst * 1e3);
}

fn check_silence(name: &str, cues: &[Cue], samples: &[f32]) {
    // A cue may be moved by half an audio frame, and each audio frame with a part of it sounds for
    // the length of two.
    let reach = (2 * FRAME_SAMPLES + MAX_SHIFT.0) as usize;
    let mut quiet = vec![true; samples.len()];
    for cue in cues {
        let from = (cue.at.0 as usize).saturating_sub(reach);
        let to = (cue.end().0 as usize + reach).min(samples.len());
        quiet[from..to].fill(false);
    }
    let noise = (0..samples.len()).find(|&at| quiet[at] && samples[at] != 0.0);
    assert_eq!(noise, None, "{name}: not silent there");
}

fn check_joints(name: &str, aligned: &AlignedCues, samples: &[f32]) {
    let pcm = mixed(moved(aligned), samples.len());
    let mut reference = continuous(&pcm[..aligned.length().0 as usize]);
    reference.truncate(samples.len());
    assert_eq!(reference.len(), samples.len(), "{name}: the reference is as long");
    // A cue at the very beginning is compared separately: an encoder that starts with it, without
    // silence before, has a larger error, which would hide later errors.
    let (first, later): (Vec<_>, Vec<_>) = aligned.patches().iter().partition(|patch| patch.skip > 0);
    let begins = first
        .iter()
        .map(|patch| (patch.end() * FRAME_SAMPLES) as usize + 512)
        .max();
    let begins = begins.unwrap_or(0).min(samples.len());
    let at_joints = |patches: &[&Patch], other: &[f32]| {
        let edges = patches.iter().flat_map(|patch| [patch.first_frame, patch.end()]);
        let inner = edges.filter(|edge| (1..aligned.frames()).contains(edge));
        let joints = inner.map(|edge| (edge * FRAME_SAMPLES) as usize);
        joints
            .map(|joint| apart(samples, other, joint - 512..(joint + 512).min(samples.len())))
            .fold(0.0, f32::max)
    };
    let rest = begins..samples.len();
    for (part, patches, range, most, unlike, trace) in [
        ("beginning", &first, 0..begins, 0.01, 0.001, 4.0 * STEP),
        ("rest", &later, rest, 0.005, STEP, STEP),
    ] {
        let noise = apart(samples, &pcm, range.clone());
        let usual = apart(&reference, &pcm, range);
        let (click, beside) = (at_joints(patches, &pcm), at_joints(patches, &reference));
        println!(
            "{name}, {part}: {noise:.5} beside what was asked (one encoding {usual:.5}); at joints \
             {click:.6}, beside one encoding {beside:.6}"
        );
        assert!(noise < most, "{name}, {part}: {noise} beside what was asked");
        assert!(
            click < trace,
            "{name}, {part}: {click} at a joint, where nothing sounds"
        );
        assert!(
            beside < unlike,
            "{name}, {part}: {beside} beside one encoding, at a joint"
        );
    }
}

/// The largest difference between two sounds.
fn apart(a: &[f32], b: &[f32], range: std::ops::Range<usize>) -> f32 {
    let both = a[range.clone()].iter().zip(&b[range]);
    both.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[tokio::test(flavor = "multi_thread")]
async fn cues_are_heard_at_their_instants_and_nothing_else_is() {
    let book = book();
    let start = Instant::now();
    book.warm().await.unwrap();
    println!("the usual clusters took {:?}", start.elapsed());
    let mut once: HashMap<Cluster, Vec<f32>> = HashMap::new();
    let mut again = 0;
    let mut workouts = vec![("short", short()), ("long", long()), ("dense", dense())];
    // All offsets at which the end of a track may fall into an audio frame.
    workouts.extend((300..316).map(|video_frames| ("without edges", without_edges(video_frames))));
    for (name, timeline) in &workouts {
        let heard = hear(&book, name, timeline).await;
        for patch in heard.aligned.patches() {
            let frames = patch.skip + patch.frames;
            if patch.skip > 0 || frames < patch.cluster.frames() {
                continue;
            }
            let range = (patch.first_frame * FRAME_SAMPLES) as usize..(patch.end() * FRAME_SAMPLES) as usize;
            let here = heard.samples[range].to_vec();
            if let Some(before) = once.get(&patch.cluster) {
                assert!(*before == here, "{name}: {:?} differs", patch.cluster.cues());
                again += 1;
            } else {
                once.insert(patch.cluster.clone(), here);
            }
        }
    }
    println!("{again} cues compared with one before");
    assert!(again > 150, "cues were compared {again} times");
    let kinds = |kind| once.keys().any(|c| c.cues().iter().any(|cue| cue.kind == kind));
    assert!(CueKind::ALL.into_iter().all(kinds));
    assert!(once.keys().any(|c| c.cues().len() == 2), "no cluster of two cues");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_cues_all_is_silent_and_as_long() {
    let length = Samples(1600 * 77);
    let mut track = book().track(&[], length).await.unwrap();
    assert_eq!(track.config(), AacConfig::LC_48K_STEREO);
    let frames = drain(&mut track);
    assert!(frames.iter().all(|f| f.data == frames[0].data));
    assert_eq!(
        frames.iter().map(|f| u64::from(f.duration)).sum::<u64>(),
        length.0
    );
    assert!(decode(&adts(&frames)).iter().all(|s| *s == 0.0));
}

/// A program that takes the place of FFmpeg.
fn pretender(folder: &Path, script: &str) -> Arc<Tools> {
    let path = folder.join("ffmpeg");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    Arc::new(Tools {
        ffmpeg: path,
        ..Tools::default()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_cluster_is_encoded_once_however_many_ask() {
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path().join("runs");
    let script = format!("echo run >> '{}'\nexec ffmpeg \"$@\"", runs.display());
    let book = CueCache::new(pretender(folder.path(), &script));
    let count = || std::fs::read_to_string(&runs).unwrap_or_default().lines().count();
    assert_eq!(count(), 0, "nothing is made before it is asked for");
    let ask = async |timeline: Timeline| {
        let (cues, length) = (cues(&timeline), timeline.length().samples());
        let asked = (0..8).map(|_| book.track(&cues, length));
        let tracks = futures_util::future::try_join_all(asked).await.unwrap();
        let mut frames = tracks.into_iter().map(|mut t| drain(&mut t));
        let first = frames.next().unwrap();
        assert!(frames.all(|other| other == first));
    };
    ask(short()).await;
    assert_eq!(count(), 1, "silence and all single cues in one run");
    ask(dense()).await;
    let aligned = AlignedCues::new(&cues(&dense()), dense().length().samples());
    let touching = aligned.patches().iter().filter(|p| p.cluster.cues().len() > 1);
    let rare: std::collections::HashSet<_> = touching.map(|p| p.cluster.clone()).collect();
    assert!(rare.len() > 1, "{} rare clusters", rare.len());
    assert_eq!(count(), 1 + rare.len());
    ask(dense()).await;
    assert_eq!(count(), 1 + rare.len(), "they are remembered");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ffmpeg_does_wrong_is_told_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let no_program = Arc::new(Tools {
        ffmpeg: folder.path().join("missing"),
        ..Tools::default()
    });
    let failure = async |tools| CueCache::new(tools).warm().await.expect_err("it cannot work");
    let start = failure(no_program).await;
    assert!(
        matches!(*start, CueError::Ffmpeg(FfmpegError::Start { .. })),
        "{start}"
    );
    let nonsense = failure(pretender(folder.path(), "cat > /dev/null; echo nonsense")).await;
    assert!(matches!(*nonsense, CueError::Adts(_)), "{nonsense}");
    let nothing = failure(pretender(folder.path(), "cat > /dev/null")).await;
    assert!(
        matches!(*nothing, CueError::Count { written: 0, .. }),
        "{nothing}"
    );
    // Noise in place of the samples: no frame is silent, so frames cannot be joined.
    let noise = "cat > /dev/null; exec ffmpeg -v error -f lavfi -i anoisesrc=r=48000:d=8 \
                 -ac 2 -c:a aac -f adts -";
    let unlaid = failure(pretender(folder.path(), noise)).await;
    assert!(matches!(*unlaid, CueError::Joint { .. }), "{unlaid}");
    // A failed run is not cached.
    let script = "if [ -e \"$0.failed\" ]; then exec ffmpeg \"$@\"; fi; touch \"$0.failed\"; exit 1";
    let book = CueCache::new(pretender(folder.path(), script));
    let failed = book.warm().await.expect_err("the first run fails");
    assert!(
        matches!(*failed, CueError::Ffmpeg(FfmpegError::Failed { .. })),
        "{failed}"
    );
    book.warm().await.expect("the second run works");
}
