//! FFmpeg's command lines: how frames and sound are encoded.

use ffmpeg_sidecar::command::FfmpegCommand;

use super::RenderSettings;
use crate::ffmpeg::{FRAGMENTS, MAPPED_ALONE, MP4};
use crate::graph::{FilterGraph, Group, OUTPUT};
use crate::units::{FPS, Frames, SAMPLE_RATE, VIDEO_TIMESCALE};

/// Every encoder that a rendering, a poster or a cut uses.
pub const ENCODERS: &[&str] = &["libx264", "aac", "mjpeg", "ffv1", "flac"];
/// Constant quality: x264's default, a notch finer since the HUD's edges are hard.
const CRF: &str = "22";
/// What pins the parameter sets, so that one `avcC` serves all groups: `stitchable` keeps content out
/// of them, and the rest is said here because FFmpeg would fill it in from the clips' own tags (a
/// JPEG's chroma lies in the middle, an MPEG-2 clip's at the left). `qpmin` is there for the same reason as in the stitch
/// renderer's recipe: `ultrafast` codes without CABAC, too.
const X264: &str = "stitchable=1:scenecut=0:qpmin=10:fullrange=off:colorprim=bt709:transfer=bt709:colormatrix=bt709:\
    chromaloc=0";
/// A keyframe at least every two seconds: where players may seek to and streams may be cut.
const GOP: &str = "60";

/// The command that makes a group's frames: H.264 in fragments of one frame each, on `pipe:1`.
pub fn video_command(settings: &RenderSettings, graph: &FilterGraph, group: &Group) -> FfmpegCommand {
    let mut command = with_graph(settings, graph);
    command.args(["-frames:v", &group.length().to_string()]);
    command.args(["-r", &FPS.to_string()]);
    command.args(["-c:v", "libx264", "-preset", settings.preset, "-crf", CRF]);
    if settings.threads > 0 {
        command.args(["-threads:v", &settings.threads.to_string()]);
    }
    // No lookahead: the first frame leaves at once. No B-frames: groups and later loops can be
    // joined after any frame, and decode time is display time.
    command.args(["-tune", "zerolatency", "-bf", "0", "-profile:v", "high"]);
    command.args(["-pix_fmt", "yuv420p", "-g", GOP]);
    command.args(["-x264-params", X264]);
    command.args(["-force_key_frames", &joints(group)]);
    command.args(MP4).args(FRAGMENTS);
    command.args(["-video_track_timescale", &VIDEO_TIMESCALE.to_string(), "pipe:1"]);
    command
}

/// The command that makes the sound of a group's clips: raw samples on `pipe:1`.
pub fn sound_command(settings: &RenderSettings, graph: &FilterGraph) -> FfmpegCommand {
    let mut command = with_graph(settings, graph);
    command.args(["-f", "s16le", "-c:a", "pcm_s16le", "-ac", "2"]);
    command.args(["-ar", &SAMPLE_RATE.to_string(), "pipe:1"]);
    command
}

/// An FFmpeg with a graph's inputs and the graph.
pub fn with_graph(settings: &RenderSettings, graph: &FilterGraph) -> FfmpegCommand {
    let mut command = settings.tools.ffmpeg();
    for input in &graph.inputs {
        command.args(input.arguments());
    }
    command.filter_complex(&graph.text);
    command.args(["-map", OUTPUT]).args(MAPPED_ALONE);
    command
}

/// The instants within the group at which an interval starts: each gets a keyframe.
fn joints(group: &Group) -> String {
    let mut at = Frames::ZERO;
    let mut joints = Vec::new();
    for shot in &group.shots {
        // Half a frame early: FFmpeg compares times as decimals, and a rounded one would be late.
        let instant = (at.0 as f64 - 0.5).max(0.0) / f64::from(FPS);
        joints.push(format!("{instant:.6}"));
        at += shot.length;
    }
    joints.join(",")
}
