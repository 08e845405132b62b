//! What the end-to-end tests share: clips made by FFmpeg, and eyes and ears for the result.
//!
//! Numbered clips carry their own frame number in every frame: ten columns, white, eight bits
//! (lowest first), black. Read back from a result they tell which frame of the clip is shown, at
//! which speed, and whether it is mirrored.

#![allow(dead_code)] // every test binary uses its own part

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use virtual_coach::catalogue::{Catalogue, ExerciseId};
use virtual_coach::clip::{Depth, Diagnosis, Inspector, Library};
use virtual_coach::ffmpeg::Tools;
use virtual_coach::graph::Backdrop;
use virtual_coach::render::{RenderError, RenderSettings, Renderer, Rendering};
use virtual_coach::stitch::{LoopPreparer, Store, StoreLimits};
use virtual_coach::units::{Frames, Speed};
use virtual_coach::workout::{
    Fit, HudParts, Interval, IntervalKind, Language, Movement, Orientation, Plan, Profile, RendererChoice,
    Resolution, Side, Timeline,
};

/// Runs FFmpeg with `arguments`, panics with its log when it fails, and returns its output.
pub fn ffmpeg(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y"])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("these tests need ffmpeg on the PATH: `make test` installs it");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ffmpeg {arguments:?} failed: {log}");
    assert!(log.trim().is_empty(), "ffmpeg {arguments:?} complains: {log}");
    output.stdout
}

/// Runs ffprobe with `arguments` and returns its JSON.
pub fn ffprobe(arguments: &[&str]) -> serde_json::Value {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-of", "json"])
        .args(arguments)
        .output()
        .expect("these tests need ffprobe on the PATH: `make test` installs it");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && log.is_empty(),
        "ffprobe {arguments:?}: {log}"
    );
    serde_json::from_slice(&output.stdout).expect("ffprobe writes JSON")
}

/// FFmpeg's source of numbered frames, 320x180 at 30 frames a second.
pub fn numbered(frames: u64) -> String {
    numbered_from(0, frames)
}

/// The same, with the numbers counted from `first`.
pub fn numbered_from(first: u64, frames: u64) -> String {
    format!(
        "nullsrc=s=320x180:r=30,trim=end_frame={frames},\
         geq=lum='if(eq(floor(X/32),0),235,if(eq(floor(X/32),9),16,\
         if(mod(floor((N+{first})/pow(2,floor(X/32)-1)),2),235,16)))':cb=128:cr=128"
    )
}

/// Makes a numbered clip with the given encoder arguments.
pub fn numbered_clip(path: &Path, frames: u64, arguments: &[&str]) {
    let source = numbered(frames);
    let mut all = vec!["-f", "lavfi", "-i", &source];
    all.extend(arguments);
    all.push(path.to_str().expect("test paths are UTF-8"));
    ffmpeg(&all);
}

/// Arguments for a plain H.264 clip.
pub const H264: [&str; 6] = ["-c:v", "libx264", "-crf", "12", "-pix_fmt", "yuv420p"];

/// What a numbered frame shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Its number.
    pub number: u64,
    /// Whether left and right are exchanged.
    pub mirrored: bool,
}

/// Reads the numbers of all coded frames of `video`, whose numbered frame fills `crop` (FFmpeg's
/// crop arguments `w:h:x:y`). `None` where a frame shows no number.
pub fn numbers(video: &Path, crop: &str) -> Vec<Option<Seen>> {
    // Each column is judged by its middle third, away from its neighbours' edges.
    let filter = format!("crop={crop},scale=30:1:flags=area,format=gray");
    frames(video, &filter, 30)
        .iter()
        .map(|p| read_number(p))
        .collect()
}

/// The numbers that are seen at each thirtieth of a second.
pub fn numbers_on_grid(video: &Path, crop: &str) -> Vec<Option<Seen>> {
    on_grid(&numbers(video, crop), &times(video))
}

/// What makes FFmpeg give every coded frame once, whatever its time: on a clock coarser than the video's
/// own its muxers would take two frames for one instant.
pub const EVERY_FRAME: [&str; 4] = ["-fps_mode", "passthrough", "-enc_time_base:v", "1:90000"];

/// All coded frames of `video` behind `filter`, of so many bytes each.
pub fn frames(video: &Path, filter: &str, size: usize) -> Vec<Vec<u8>> {
    let video = video.to_str().expect("test paths are UTF-8");
    let mut arguments = vec!["-err_detect", "explode", "-xerror", "-i", video];
    arguments.extend(["-map", "0:v", "-vf", filter]);
    arguments.extend(EVERY_FRAME);
    arguments.extend(["-f", "rawvideo", "-"]);
    let bytes = ffmpeg(&arguments);
    assert_eq!(
        bytes.len() % size,
        0,
        "{video}: pictures of another size than {size}"
    );
    bytes.chunks_exact(size).map(<[u8]>::to_vec).collect()
}

/// Decodes all of `video`; panics on anything that a decoder in its strictest mode finds fault with.
pub fn decode_strictly(video: &Path) {
    let video = video.to_str().expect("test paths are UTF-8");
    let mut arguments = vec!["-err_detect", "explode", "-xerror", "-i", video];
    arguments.extend(EVERY_FRAME);
    arguments.extend(["-f", "null", "-"]);
    ffmpeg(&arguments);
}

/// When each coded frame of a fragmented `video` begins, and when the last one ends, in 1/90,000 s.
///
/// Read from the boxes: FFmpeg tells another length of the last frame than the file does.
pub fn times(video: &Path) -> Vec<u64> {
    let file = std::fs::read(video).expect("a video");
    let mut times = vec![0];
    for (_, moof) in boxes(&file).filter(|(kind, _)| kind == b"moof") {
        for (_, traf) in boxes(moof).filter(|(kind, _)| kind == b"traf") {
            let of = |wanted: &[u8; 4]| boxes(traf).find(|(kind, _)| kind == wanted).expect("a box").1;
            let (tfhd, tfdt, trun) = (of(b"tfhd"), of(b"tfdt"), of(b"trun"));
            if word(tfhd, 4) == 1 {
                // Fragments follow each other without a gap.
                assert_eq!(
                    [word(tfdt, 4), word(tfdt, 8)].map(u64::from),
                    [0, times[times.len() - 1]]
                );
                times.extend(sample_ends(times[times.len() - 1], tfhd, trun));
            }
        }
    }
    let probe = ffprobe(&[
        "-select_streams",
        "v",
        "-show_entries",
        "packet=pts",
        video.to_str().expect("test paths are UTF-8"),
    ]);
    let packets = probe["packets"].as_array().expect("packets");
    let read: Vec<u64> = packets.iter().filter_map(|p| p["pts"].as_u64()).collect();
    assert!(read == times[..times.len() - 1], "FFmpeg reads other times");
    times
}

/// The boxes that fill `bytes`: kinds and bodies.
fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (head, _) = bytes.split_first_chunk::<8>()?;
        let (this, rest) = bytes.split_at(word(head, 0) as usize);
        bytes = rest;
        Some(([head[4], head[5], head[6], head[7]], &this[8..]))
    })
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// When the samples of a run end that begins at `time` (ISO/IEC 14496-12 8.8.7, 8.8.8; the fields that
/// our writer uses).
fn sample_ends(mut time: u64, tfhd: &[u8], trun: &[u8]) -> Vec<u64> {
    let flags = word(trun, 0);
    assert_eq!(flags & !0x705, 0, "fields that this reader does not know");
    let each = [0x100, 0x200, 0x400]
        .iter()
        .filter(|bit| flags & *bit != 0)
        .count()
        * 4;
    let first = 8 + (flags & 1) as usize * 4 + (flags >> 2 & 1) as usize * 4;
    let default = (word(tfhd, 0) & 8 != 0).then(|| word(tfhd, 8));
    (0..word(trun, 4) as usize)
        .map(|sample| {
            let own = (flags & 0x100 != 0).then(|| word(trun, first + sample * each));
            time += u64::from(own.or(default).expect("a duration"));
            time
        })
        .collect()
}

/// What is seen at each thirtieth of a second of a video whose frames begin at `times`: a stitched
/// video's frames keep to a grid of their own at any speed but 1.
pub fn on_grid<T: Clone>(frames: &[T], times: &[u64]) -> Vec<T> {
    assert_eq!(frames.len() + 1, times.len(), "pictures and their times");
    let shown = |instant: u64| times.partition_point(|begins| *begins <= instant) - 1;
    (0..times[frames.len()].div_ceil(3000))
        .map(|frame| frames[shown(frame * 3000)].clone())
        .collect()
}

fn read_number(row: &[u8]) -> Option<Seen> {
    let columns: Vec<u8> = row.iter().skip(1).step_by(3).copied().collect();
    let brightest = *columns.iter().max()?;
    let darkest = *columns.iter().min()?;
    if brightest < darkest.saturating_add(40) {
        return None;
    }
    let middle = u16::midpoint(u16::from(brightest), u16::from(darkest));
    let mut bits: Vec<bool> = columns.iter().map(|c| u16::from(*c) > middle).collect();
    let mirrored = !bits[0] && bits[9];
    if mirrored {
        bits.reverse();
    }
    (bits[0] && !bits[9]).then(|| Seen {
        number: (0..8).map(|b| u64::from(bits[b + 1]) << b).sum(),
        mirrored,
    })
}

/// Samples of the left channel of a file's sound, at 48 kHz.
pub fn sound(video: &Path) -> Vec<f32> {
    let video = video.to_str().expect("test paths are UTF-8");
    let bytes = ffmpeg(&[
        "-i", video, "-map", "0:a", "-f", "f32le", "-ac", "1", "-ar", "48000", "-",
    ]);
    bytes
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect()
}

/// Starts (in seconds) of the stretches of `samples` that are louder than `level`, at least `apart`
/// seconds from the end of the stretch before.
pub fn onsets(samples: &[f32], level: f32, apart: f64) -> Vec<f64> {
    let mut onsets = Vec::new();
    let mut last = f64::NEG_INFINITY;
    for (at, _) in samples.iter().enumerate().filter(|(_, s)| s.abs() > level) {
        let at = at as f64 / 48_000.0;
        if at - last > apart {
            onsets.push(at);
        }
        last = at;
    }
    onsets
}

/// A folder of clips, and a renderer for them.
pub struct Studio {
    folder: tempfile::TempDir,
    names: Vec<(String, String)>,
}

impl Default for Studio {
    fn default() -> Self {
        Self::new()
    }
}

impl Studio {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            names: Vec::new(),
        }
    }

    /// Where a file of this name lies; the clip of exercise `id` when `id` is given.
    pub fn clip(&mut self, id: &str, file: &str) -> PathBuf {
        self.names.push((id.to_owned(), file.to_owned()));
        self.folder.path().join(file)
    }

    /// Where a result is written.
    pub fn result(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Looks at the clips.
    pub async fn inspect(&self, depth: Depth) -> Vec<Diagnosis> {
        let inspector = self.inspector();
        let mut diagnoses = Vec::new();
        for (id, file) in &self.names {
            diagnoses.push(Diagnosis {
                exercise: ExerciseId::new(id).expect("a slug"),
                file: file.clone(),
                outcome: inspector.inspect(file, None, depth).await,
            });
        }
        diagnoses
    }

    pub fn inspector(&self) -> Inspector {
        Inspector::new(Arc::new(tools()), self.folder(), &self.folder().join("cache"))
    }

    /// A renderer for the clips, all of which must be fine.
    pub async fn renderer(&self, settings: RenderSettings) -> Renderer {
        let diagnoses = self.inspect(Depth::First).await;
        for diagnosis in &diagnoses {
            if let Err(error) = &diagnosis.outcome {
                panic!("{}: {error:?}", diagnosis.file);
            }
        }
        let library = Library::new(diagnoses, &mut Catalogue::default());
        let bounds = StoreLimits {
            folder: 1 << 30,
            memory: 1 << 26,
        };
        let store = Store::open(self.folder().join("cache/loops"), bounds).expect("a folder");
        let (shutdown, tasks) = (CancellationToken::new(), TaskTracker::new());
        let loops = LoopPreparer::new(store, Arc::clone(&settings.tools), shutdown, tasks);
        Renderer::new(
            settings,
            Arc::new(library),
            Arc::new(loops),
            CancellationToken::new(),
            TaskTracker::new(),
        )
    }

    /// Renders a plan to a file in the folder.
    pub async fn render(&self, plan: Plan, name: &str) -> PathBuf {
        self.render_with(settings(), plan, name).await
    }

    pub async fn render_with(&self, settings: RenderSettings, plan: Plan, name: &str) -> PathBuf {
        let path = self.result(name);
        let renderer = self.renderer(settings).await;
        let rendering = renderer.start(Arc::new(plan)).await.expect("a rendering");
        let bytes = collect(rendering).await.expect("a whole rendering");
        std::fs::write(&path, bytes).expect("the result is written");
        path
    }
}

/// The programs, started as the server starts them.
pub fn tools() -> Tools {
    Tools {
        launcher: Some(env!("CARGO_BIN_EXE_virtual-coach").into()),
        ..Tools::default()
    }
}

/// How tests render.
pub fn settings() -> RenderSettings {
    RenderSettings {
        tools: Arc::new(tools()),
        backdrop: Backdrop::default(),
        preset: "ultrafast",
        threads: 0,
        places: 4,
        timeout: Duration::from_secs(120),
    }
}

/// All bytes of a rendering.
pub async fn collect(mut rendering: Rendering) -> Result<Vec<u8>, RenderError> {
    let mut bytes = Vec::new();
    while let Some(piece) = rendering.next().await {
        bytes.extend_from_slice(&piece?);
    }
    Ok(bytes)
}

/// An interval of `frames` frames of exercise `id` at `speed` (a fraction).
pub fn interval(
    kind: IntervalKind,
    id: &str,
    frames: u64,
    speed: (u32, u32),
    side: Option<Side>,
) -> Interval {
    Interval {
        index: 0,
        kind,
        start: Frames::ZERO,
        length: Frames(frames),
        movement: Movement {
            exercise: ExerciseId::new(id).expect("a slug"),
            name: id.to_owned(),
            side,
            speed: Speed::new(speed.0, speed.1).expect("a speed"),
        },
        round_position: None,
    }
}

/// A plan of these intervals: 480p, no HUD, no sound.
pub fn bare_plan(intervals: Vec<Interval>) -> Plan {
    Plan {
        timeline: Timeline::new(intervals).expect("an interval"),
        seed: 0,
        kcal: 0.0,
        profile: Profile::new(Resolution::P480, Orientation::Landscape, false),
        hud_parts: HudParts {
            timer: false,
            progress_bar: false,
            exercise_name: false,
            round: false,
        },
        language: Language::English,
        fit: Fit::Contain,
        cues: false,
        clip_sound: false,
        renderer: RendererChoice::Graph,
        notes: Vec::new(),
    }
}
