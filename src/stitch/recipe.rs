//! The recipe of a prepared loop: FFmpeg's command line, and the digest that names the result.
//!
//! For [`prepare`](super::prepare), which runs the command, and for the cache of
//! prepared loops. This module starts no process.
//!
//! Equal digests mean equal files. The digest covers everything that shapes a prepared loop: the bytes
//! of the clip, every argument, FFmpeg's version, the noise and the file format. It covers nothing
//! else, such as the name or the date of the clip.

use std::path::Path;
use std::sync::Arc;

use ffmpeg_sidecar::command::FfmpegCommand;

use super::gops::Gops;
use super::intra_frames::IntraFrames;
use super::store::Digest;
use crate::clip::Clip;
use crate::ffmpeg::{FRAGMENTS, MAPPED_ALONE, MP4, Tools};
use crate::graph::{self, FilterGraph, Input, Look, OUTPUT};
use crate::units::{FPS, Frames, VIDEO_TIMESCALE};
use crate::workout::Profile;

/// Part of every digest. Raised when loops are prepared differently in a way that no argument shows.
const RECIPE_VERSION: u8 = 4;

/// The longest pass that is prepared, in frames: 40 s. A longer clip is not a loop. Its bytes would fill the
/// cache, and FFmpeg's filter graph shows it well.
pub const LONGEST_PASS: Frames = Frames(1200);

/// The fewest frames of a prepared loop, which repeats a shorter clip or a still image. Two consecutive IDR
/// frames must differ in `idr_pic_id` (H.264 7.4.3), which repeated bytes cannot.
const SHORTEST_LOOP: u64 = 15;

/// x264's preset and constant quality. Measured on two of our clips at 720p against the `ultrafast` preset at
/// 22 of the graph: two fifths of the bytes at the same SSIM, and 0.6 s of processor time for a loop of 64
/// frames. `slow` takes twice the time and saves no bytes.
const PRESET: &str = "medium";
const CRF: &str = "21";

/// The lowest quantiser of any macroblock (x264's `qpmin`).
///
/// Without a bound, adaptive quantisation lowers the quantiser to 0 where the picture is flat. The guard is
/// flat and dark. Below a bright frame, its edge then has a coefficient of more than 2063, whose
/// `level_prefix` is 16. Only High profiles allow that. With 8-bit samples no coefficient exceeds 16 * 255 /
/// step size. From a quantiser of 10 on (step size 2) that is at most 2040.
///
/// Measured at 720p, 64 frames, against no bound: 1.5 % fewer bytes and the same PSNR to within 0.02 dB, also
/// next to the guard. Alternatives: no adaptive quantisation at all takes 36 % more bytes for a sharp frame;
/// Main profile has no 8x8 transform; another colour of the guard helps only with some frames.
pub const MIN_QUANTISER: u8 = 10;

/// [`Attempt::coarser`] raises the lowest quantiser by this much.
const COARSER: u8 = 6;

/// The settings that may differ from try to try.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The frames that are intra-coded.
    pub intra: IntraFrames,
    /// The lowest quantiser.
    pub least_quantiser: u8,
}

impl Attempt {
    /// The settings of the first try.
    #[must_use]
    pub fn first(gops: Gops) -> Self {
        Self {
            intra: IntraFrames::of(gops),
            least_quantiser: MIN_QUANTISER,
        }
    }

    /// Raises the lowest quantiser.
    #[must_use]
    pub fn coarser(mut self) -> Self {
        self.least_quantiser += COARSER;
        self
    }
}

/// H.264 levels, each with the most macroblocks of a frame that its limit of macroblocks per second
/// allows at 63 frames per second. A stitched video has 63 frames per second at the highest speed of
/// a plan: 2, and 5 % more for whole repetitions.
const LEVELS: [(u32, &str); 3] = [
    (108_000 / 63, "3.1"),
    (245_760 / 63, "4.0"),
    (522_240 / 63, "4.2"),
];

/// Describes how one loop is prepared.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The clip that shows the exercise.
    pub clip: Arc<Clip>,
    /// Whether left and right are exchanged.
    pub mirrored: bool,
    /// Frame size, fit and backdrop.
    pub look: Look,
}

impl Recipe {
    /// Number of frames of the prepared loop.
    #[must_use]
    pub fn frames(&self) -> Frames {
        frames(&self.clip)
    }

    /// The GOPs of the prepared loop.
    #[must_use]
    pub fn gops(&self) -> Gops {
        Gops::of(self.frames())
    }

    /// Whether another recipe gives the same loop, as far as the path of the clip
    /// tells. The bytes of the clip are not compared.
    #[must_use]
    pub fn same_loop(&self, other: &Self) -> bool {
        self.clip.path == other.clip.path && self.mirrored == other.mirrored && self.look == other.look
    }

    /// FFmpeg's command line. It reads the clip and, if the profile has a HUD, the [`noise`] from standard
    /// input. It writes H.264 in MP4 fragments of one frame each, with IDR frames where `attempt` says.
    #[must_use]
    pub fn command(&self, attempt: &Attempt, tools: &Tools) -> FfmpegCommand {
        let graph = self.graph();
        let mut command = tools.ffmpeg();
        for input in &graph.inputs {
            command.args(input.arguments());
        }
        command.filter_complex(&graph.text);
        command.args(["-map", OUTPUT]).args(MAPPED_ALONE);
        command.args(self.encoding(attempt));
        command.args(MP4).args(FRAGMENTS);
        command.args(["-video_track_timescale", &VIDEO_TIMESCALE.to_string(), "pipe:1"]);
        command
    }

    fn graph(&self) -> FilterGraph {
        graph::loop_graph(&self.clip, self.mirrored, &self.look, self.frames())
    }

    fn encoding(&self, attempt: &Attempt) -> Vec<String> {
        let mut arguments = vec!["-frames:v".to_owned(), self.frames().to_string()];
        let x264 = x264_parameters(&self.look.profile, self.gops(), attempt.least_quantiser);
        let rate = FPS.to_string();
        let fixed = [
            // `-r` drops and repeats no frame here, because the graph's times are exact. The
            // option that keeps frames as they are is `-vsync` up to FFmpeg 5.0 and `-fps_mode`
            // from 5.1 on. Neither name works in all versions.
            "-r", &rate, "-c:v", "libx264", "-preset", PRESET, "-crf", CRF,
        ];
        arguments.extend(fixed.map(str::to_owned));
        let more = [
            "-profile:v",
            "high",
            "-pix_fmt",
            "yuv420p",
            "-bf",
            "0",
            "-force_key_frames",
            &attempt.intra.expression(),
            "-x264-params",
            &x264,
        ];
        arguments.extend(more.map(str::to_owned));
        arguments
    }

    /// Names the result of this recipe, no matter how many tries it takes. `clip` and `backdrop` are digests
    /// of the bytes of these files. `ffmpeg` is FFmpeg's version as it prints it.
    #[must_use]
    pub fn digest(&self, clip: blake3::Hash, backdrop: Option<blake3::Hash>, ffmpeg: &str) -> Digest {
        let graph = self.graph();
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        part(&[RECIPE_VERSION]);
        part(clip.as_bytes());
        part(backdrop.as_ref().map_or(&[][..], |hash| hash.as_bytes()));
        part(ffmpeg.as_bytes());
        part(graph.text.as_bytes());
        for input in &graph.inputs {
            // The paths of the input files are not part of the digest. All other options of the inputs are.
            part(format!("{:?}", without_path(input)).as_bytes());
        }
        part(self.encoding(&Attempt::first(self.gops())).join("\0").as_bytes());
        part(&self.look.profile.height.to_be_bytes());
        Digest::from(hasher.finalize())
    }
}

/// Number of frames of a clip's prepared loop.
#[must_use]
pub fn frames(clip: &Clip) -> Frames {
    let pass = clip.frames();
    pass * SHORTEST_LOOP.div_ceil(pass.0)
}

fn without_path(input: &Input) -> Input {
    let mut input = input.clone();
    match &mut input {
        Input::Clip { path, .. } | Input::Still(path) => *path = Path::new("").into(),
        Input::Hud { .. } => {}
    }
    input
}

/// The x264 parameters that fix the form of the stream. The reason for each:
///
/// - `stitchable`: the parameter sets do not depend on content or quality, so all loops share one avcC;
/// - `bframes=0`, `scenecut=0`: GOPs of one IDR frame, then P-frames, so that decode order is display order
///   and a pass may end after any frame; `keyint` is the length of a GOP, but `-force_key_frames` tells
///   FFmpeg by number which frames are IDR frames;
/// - `cabac=0`: the data of a slice begins at any bit after its header and consists of Exp-Golomb codes and
///   bytes, which makes the HUD slices simple to write (9.2; CABAC begins anew in each slice, byte-aligned);
/// - `weightp=0`: no table of weights in slice headers;
/// - `sliced-threads` with 2 threads: the only way to make x264 keep its deblocking filter inside slices
///   (`disable_deblocking_filter_idc` 2, 7.4.3); `slice-max-mbs` ends a slice where the HUD begins;
/// - `qpmin`: see [`MIN_QUANTISER`];
/// - the rest keeps tags of the clips out of the parameter sets.
fn x264_parameters(profile: &Profile, gops: Gops, least_quantiser: u8) -> String {
    let (columns, rows) = (profile.width.div_ceil(16), profile.height.div_ceil(16));
    let level = LEVELS.iter().find(|(most, _)| columns * rows <= *most);
    let level = level.map_or("5.2", |(_, level)| level);
    let keyint = gops.each();
    let mut text = format!(
        "stitchable=1:bframes=0:scenecut=0:keyint={keyint}:cabac=0:weightp=0:qpmin={least_quantiser}:\
         sliced-threads=1:threads=2:rc-lookahead=10:level={level}:fullrange=off:colorprim=bt709:transfer=bt709:colormatrix=bt709:chromaloc=0"
    );
    if profile.bar_height() > 0 {
        // x264 gives the first half of the rows (rounded up) to its first thread and cuts each half into
        // slices of at most `most` macroblocks. So the first slice of the second half ends at the HUD.
        let hud_row = profile.hud_top() / 16;
        let most = hud_row.saturating_sub(rows.div_ceil(2)).max(1) * columns;
        text.push_str(&format!(":slice-max-mbs={most}"));
    }
    text
}

/// One frame of noise for the rows of the HUD, planar 4:2:0; the same bytes in every run.
///
/// Nothing in a clip looks like noise, so the encoder predicts no block of the exercise
/// from it. The same noise in every frame works as well as changing noise, and costs the
/// encoder next to nothing after the first frame.
#[must_use]
pub fn noise(profile: &Profile) -> Vec<u8> {
    let lines = profile.height - profile.hud_top();
    let mut noise = vec![0; (profile.width * lines * 3 / 2) as usize];
    blake3::Hasher::new().finalize_xof().fill(&mut noise);
    noise
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workout::{Orientation, Resolution};

    #[test]
    fn the_parameters_put_a_slice_boundary_at_the_hud() {
        use Orientation::{Landscape, Portrait};
        use Resolution::{P480, P720, P1080};
        let all: Vec<String> = [P480, P720, P1080]
            .into_iter()
            .flat_map(|resolution| [Landscape, Portrait].map(|o| Profile::new(resolution, o, true)))
            .map(|profile| {
                let text = x264_parameters(&profile, Gops::of(Frames(64)), MIN_QUANTISER);
                let tail = |key: &str| {
                    let at = text.find(key).expect(key) + key.len();
                    text[at..].split(':').next().unwrap_or_default().to_owned()
                };
                format!(
                    "{}x{} {} {} {}",
                    profile.width,
                    profile.height,
                    tail("level="),
                    tail("keyint="),
                    tail("slice-max-mbs=")
                )
            })
            .collect();
        assert_eq!(
            all,
            [
                "854x480 3.1 22 648",
                "480x854 3.1 22 630",
                "1280x720 4.0 22 1440",
                "720x1280 4.0 22 1440",
                "1920x1080 4.2 22 3240",
                "1080x1920 4.2 22 3264"
            ]
        );
    }
}
