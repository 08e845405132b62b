//! FFmpeg's command lines for rendering: how the frames and the sound of a group are encoded.
//!
//! For the graph renderer, the sound mixer and the thumbnails. The command of a prepared loop is in
//! [`crate::stitch`].

use ffmpeg_sidecar::command::FfmpegCommand;

use super::RenderSettings;
use crate::ffmpeg::{FRAGMENTS, MAPPED_ALONE, MP4};
use crate::graph::{FilterGraph, Group, OUTPUT};
use crate::units::{FPS, Frames, SAMPLE_RATE, VIDEO_TIMESCALE};

/// All encoders that a rendering, a poster or the cut of a clip uses.
pub const ENCODERS: &[&str] = &["libx264", "aac", "mjpeg", "ffv1", "flac"];
/// Constant quality: one step finer than x264's default of 23, because the HUD has hard edges.
const CRF: &str = "22";
/// Options that fix the parameter sets, so that one avcC serves all groups. `stitchable` keeps the content
/// out of the parameter sets. The colour options are given here because FFmpeg would otherwise take them from
/// the tags of the clips (the chroma of a JPEG is located in the middle, that of an MPEG-2 clip at the left).
/// `qpmin` has the same reason as in the stitch renderer's recipe: the preset `ultrafast` encodes without
/// CABAC, too.
const X264: &str = "stitchable=1:scenecut=0:qpmin=10:fullrange=off:colorprim=bt709:transfer=bt709:colormatrix=bt709:\
    chromaloc=0";
/// The longest distance between keyframes, in frames: two seconds. Players seek to keyframes, and a stream
/// may be cut there.
const GOP: &str = "60";

/// The command that renders the frames of a group: writes H.264 to `pipe:1`, in fragments of one frame each.
pub fn video_command(settings: &RenderSettings, graph: &FilterGraph, group: &Group) -> FfmpegCommand {
    let mut command = with_graph(settings, graph);
    command.args(["-frames:v", &group.length().to_string()]);
    command.args(["-r", &FPS.to_string()]);
    command.args(["-c:v", "libx264", "-preset", settings.preset, "-crf", CRF]);
    if settings.threads > 0 {
        command.args(["-threads:v", &settings.threads.to_string()]);
    }
    // No lookahead: the first frame leaves at once. No B-frames: groups can be joined after any frame, and
    // decode time equals presentation time.
    command.args(["-tune", "zerolatency", "-bf", "0", "-profile:v", "high"]);
    command.args(["-pix_fmt", "yuv420p", "-g", GOP]);
    command.args(["-x264-params", X264]);
    command.args(["-force_key_frames", &joints(group)]);
    command.args(MP4).args(FRAGMENTS);
    command.args(["-video_track_timescale", &VIDEO_TIMESCALE.to_string(), "pipe:1"]);
    command
}

/// The command that renders the sound of a group's clips: writes raw samples (stereo, s16le) to `pipe:1`.
pub fn sound_command(settings: &RenderSettings, graph: &FilterGraph) -> FfmpegCommand {
    let mut command = with_graph(settings, graph);
    command.args(["-f", "s16le", "-c:a", "pcm_s16le", "-ac", "2"]);
    command.args(["-ar", &SAMPLE_RATE.to_string(), "pipe:1"]);
    command
}

/// An FFmpeg command with the inputs and the text of a graph; the caller adds the output.
pub fn with_graph(settings: &RenderSettings, graph: &FilterGraph) -> FfmpegCommand {
    let mut command = settings.tools.ffmpeg();
    for input in &graph.inputs {
        command.args(input.arguments());
    }
    command.filter_complex(&graph.text);
    command.args(["-map", OUTPUT]).args(MAPPED_ALONE);
    command
}

/// The instants in the group at which an interval starts, for `-force_key_frames`: each gets a keyframe.
fn joints(group: &Group) -> String {
    let mut at = Frames::ZERO;
    let mut joints = Vec::new();
    for shot in &group.shots {
        // Half a frame early: FFmpeg compares times as decimal numbers, and a time that was rounded up would
        // move the keyframe to the next frame.
        let instant = (at.0 as f64 - 0.5).max(0.0) / f64::from(FPS);
        joints.push(format!("{instant:.6}"));
        at += shot.length;
    }
    joints.join(",")
}
