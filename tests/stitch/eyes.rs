//! Reads a video frame by frame, without holding all frames in memory.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use bytes::Bytes;
use virtual_coach::h264;
use virtual_coach::mp4::{AvcConfig, Event, FragmentReader};
use virtual_coach::workout::{HudParts, Interval, Orientation, Plan, Profile, RendererChoice, Resolution};

use crate::fixture::{EVERY_FRAME, Fixture, H264, bare_plan, ffmpeg};

/// The plan with the stitch renderer requested.
pub fn stitched(intervals: Vec<Interval>) -> Plan {
    let mut plan = bare_plan(intervals);
    plan.renderer = RendererChoice::Stitch;
    plan
}

/// The same plan with all parts of the HUD.
pub fn with_hud(mut plan: Plan, resolution: Resolution, orientation: Orientation) -> Plan {
    plan.profile = Profile::new(resolution, orientation, true);
    plan.hud_parts = HudParts {
        timer: true,
        progress_bar: true,
        exercise_name: true,
        round: true,
    };
    plan
}

/// Puts one of the included clips into the fixture.
pub fn real_clip(fixture: &mut Fixture, id: &str) {
    let file = format!("{id}.mov");
    let clip = Path::new(env!("CARGO_MANIFEST_DIR")).join("videos").join(&file);
    std::fs::copy(clip, fixture.clip(id, &file)).expect("a clip of the repository");
}

/// Makes a clip of 24000/1001 frames a second; it has 63 frames at 30 a second.
pub fn cinema_clip(path: &Path) {
    let source = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=30:d=2"];
    let rate = ["-r", "24000/1001", path.to_str().unwrap()];
    ffmpeg(&[&source[..], &H264, &rate].concat());
}

/// A decoder's frames, one after the other. Any decoding error fails the test.
pub struct Decoder {
    child: std::process::Child,
    stdout: std::process::ChildStdout,
    frame: Vec<u8>,
}

impl Decoder {
    /// The frames of `video` after `filter` (an FFmpeg filter chain), each of this many bytes.
    pub fn new(video: &Path, filter: &str, size: usize) -> Self {
        let mut child = Command::new("ffmpeg")
            .args([
                "-v",
                "error",
                "-nostdin",
                "-err_detect",
                "explode",
                "-xerror",
                "-i",
            ])
            .arg(video)
            .args(["-map", "0:v", "-vf", filter])
            .args(EVERY_FRAME)
            .args(["-pix_fmt", "yuv420p", "-f", "rawvideo", "-"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("ffmpeg runs");
        let stdout = child.stdout.take().expect("a pipe");
        Self {
            child,
            stdout,
            frame: vec![0; size],
        }
    }

    /// The next frame, planar; `None` after the last.
    pub fn next(&mut self) -> Option<&[u8]> {
        if self.stdout.read_exact(&mut self.frame).is_ok() {
            return Some(&self.frame);
        }
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "the decoder ends with {status}");
        None
    }
}

/// The rows of each plane from luma line `top` to `bottom` of a planar 4:2:0 frame.
pub fn rows(frame: &[u8], (width, height): (usize, usize), (top, bottom): (usize, usize)) -> [&[u8]; 3] {
    let luma = width * height;
    let (half, chroma) = (width / 2, luma / 4);
    let of_chroma = |start: usize| &frame[start + top / 2 * half..start + bottom / 2 * half];
    [
        &frame[top * width..bottom * width],
        of_chroma(luma),
        of_chroma(luma + chroma),
    ]
}

/// Peak signal-to-noise ratio of two rows of samples, in dB; infinite for equal rows.
pub fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let squares: u64 = a
        .iter()
        .zip(b)
        .map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2))
        .sum();
    10.0 * (255.0 * 255.0 * a.len() as f64 / squares as f64).log10()
}

/// The sizes in bytes of the NAL units of each coded frame, including their length fields.
pub fn slices(video: &Path) -> Vec<Vec<usize>> {
    let sizes = |frame: &Bytes| {
        let units = h264::nal_units(frame).map(|unit| 4 + unit.expect("a NAL unit").bytes().len());
        units.collect()
    };
    coded(video, |_| {}).iter().map(sizes).collect()
}

/// The coded frames; before that, `parameters` gets their decoder configuration.
pub fn coded(video: &Path, mut parameters: impl FnMut(&AvcConfig)) -> Vec<Bytes> {
    let video = video.to_str().expect("test paths are UTF-8");
    let alone = ffmpeg(&[
        "-i",
        video,
        "-map",
        "0:v",
        "-c",
        "copy",
        "-movflags",
        "+empty_moov+default_base_moof+frag_every_frame",
        "-f",
        "mp4",
        "-",
    ]);
    let mut reader = FragmentReader::new();
    reader.push(alone.into());
    let mut frames = Vec::new();
    while let Some(event) = reader.pull().expect("fragments") {
        match event {
            Event::Header(header) => parameters(&header.config),
            Event::Sample(sample) => frames.push(sample.data),
        }
    }
    frames
}
