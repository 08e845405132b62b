//! What a prepared loop is made from and how: FFmpeg's command line, and the digest that names the
//! result.
//!
//! Equal digests mean equal files: everything that shapes a prepared loop goes into it (the clip's
//! bytes, every argument, FFmpeg's version, the noise, the form of the file), and nothing else (not the
//! clip's name, not its date).

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

/// Part of every digest: raised when loops are prepared differently in a way that no argument shows.
const RECIPE_VERSION: u8 = 4;

/// The longest pass that is prepared, in frames: 40 s. Longer clips are films, not loops: their bytes
/// would fill the cache, and the graph shows them well.
pub const LONGEST_PASS: Frames = Frames(1200);

/// The fewest frames of a prepared loop; a shorter clip, or a still image, is repeated in it. Two IDR
/// frames in a row would have to differ in idr_pic_id (H.264 7.4.3), which repeated bytes cannot.
const SHORTEST_LOOP: u64 = 15;

/// x264's preset and constant quality. Measured on two of our clips at 720p against the graph's
/// `ultrafast` at 22: two fifths of its bytes at the same SSIM, 0.6 s of processor time a loop of 64
/// frames; `slow` takes twice the time for no fewer bytes.
const PRESET: &str = "medium";
const CRF: &str = "21";

/// The lowest quantiser of any macroblock (x264's `qpmin`). Adaptive quantisation takes it to 0 where all is flat; but the
/// guard, flat and dark below a bright frame, is then a step that only High profiles can write: a coefficient of
/// more than 2063, whose `level_prefix` is 16. No step of 8 bits gives more than 16 * 255 / step size; from a
/// quantiser of 10 on (step size 2) that is at most 2040. Measured at 720p, 64 frames, against no bound: 1.5 % fewer
/// bytes and the same PSNR to 0.02 dB, next to the guard too. No adaptive quantisation at all would take 36 % more
/// bytes for a sharp frame; Main profile has no 8x8 transform; another colour of guard helps only some frames.
pub const MIN_QUANTISER: u8 = 10;

/// How much higher it is in each further try.
const COARSER: u8 = 6;

/// What may differ from try to try.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Frames that are predicted from none.
    pub intra: IntraFrames,
    /// The lowest quantiser.
    pub least_quantiser: u8,
}

impl Attempt {
    /// The first.
    #[must_use]
    pub fn first(gops: Gops) -> Self {
        Self {
            intra: IntraFrames::of(gops),
            least_quantiser: MIN_QUANTISER,
        }
    }

    /// The same with a higher lowest quantiser.
    #[must_use]
    pub fn coarser(mut self) -> Self {
        self.least_quantiser += COARSER;
        self
    }
}

/// Macroblocks a second that a stitched video may need: its loops played at the highest speed that a
/// plan may have, 2 and the 5 % of whole repetitions, so 63 frames a second.
const LEVELS: [(u32, &str); 3] = [
    (108_000 / 63, "3.1"),
    (245_760 / 63, "4.0"),
    (522_240 / 63, "4.2"),
];

/// How one loop is prepared.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The clip.
    pub clip: Arc<Clip>,
    /// Left and right exchanged.
    pub mirrored: bool,
    /// Size, fit and backdrop.
    pub look: Look,
}

impl Recipe {
    /// Frames of the prepared loop.
    #[must_use]
    pub fn frames(&self) -> Frames {
        frames(&self.clip)
    }

    /// How the prepared loop is divided.
    #[must_use]
    pub fn gops(&self) -> Gops {
        Gops::of(self.frames())
    }

    /// Whether another recipe gives the same loop, as far as names tell.
    #[must_use]
    pub fn same_loop(&self, other: &Self) -> bool {
        self.clip.path == other.clip.path && self.mirrored == other.mirrored && self.look == other.look
    }

    /// FFmpeg's command line: reads the clip and, if there is a bar, the [`noise`] from standard input;
    /// writes H.264 in fragments of one frame each, IDR frames where `attempt` says.
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
            // The graph's times are exact, so this drops and repeats none. How to say "as they are" FFmpeg calls
            // `-vsync` up to 5.0 and `-fps_mode` from 5.1 on, and knows neither name in all versions.
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

    /// The name of what this recipe gives, however many tries it takes. `clip` and `backdrop` are digests of those files' bytes,
    /// `ffmpeg` is its version as it prints it.
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
            // Where the files lie is no part of it; what else is said of them is.
            part(format!("{:?}", without_path(input)).as_bytes());
        }
        part(self.encoding(&Attempt::first(self.gops())).join("\0").as_bytes());
        part(&self.look.profile.height.to_be_bytes());
        Digest::from(hasher.finalize())
    }
}

/// Frames of a clip's prepared loop.
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

/// What pins the stream's form. Why each is there:
///
/// - `stitchable`: parameter sets say nothing of content or quality, so all loops share one avcC;
/// - `bframes=0`, `scenecut=0`: parts of one IDR frame, then P-frames, so that decode order is display order
///   and a pass may be cut after any frame; `keyint` is the length of a part, but which frames are IDR
///   frames FFmpeg is told by number;
/// - `cabac=0`: a slice's data starts at any bit after its header and is plain Exp-Golomb codes and bytes,
///   which makes the HUD slices simple to write (9.2; CABAC starts anew in each slice, byte-aligned);
/// - `weightp=0`: no table of weights in slice headers;
/// - `sliced-threads` of 2: the only way x264 keeps its deblocking filter inside slices
///   (disable_deblocking_filter_idc 2, 7.4.3), and `slice-max-mbs` puts a slice's end where the HUD begins;
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
        // slices of so many macroblocks: the second half's first slice ends at the HUD.
        let hud_row = profile.hud_top() / 16;
        let most = hud_row.saturating_sub(rows.div_ceil(2)).max(1) * columns;
        text.push_str(&format!(":slice-max-mbs={most}"));
    }
    text
}

/// One frame of noise for the rows of the HUD: nothing in a clip looks like it, so no block of the
/// exercise is ever predicted from there. Still noise does as well as moving noise and costs the encoder
/// next to nothing after its first frame. The same in every run.
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
