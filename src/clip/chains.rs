//! FFmpeg filter chains that move a clip's tracks to a common clock, on which the first frame has time 0.
//!
//! The cut of a loop range and the graphs of workouts use the same chains, so that both count
//! frames in the same way. This module only builds text; it starts no process.

use super::facts::{Facts, Mix};
use crate::units::{FPS, Frames, SAMPLE_RATE, Seconds};

/// The chain for video: whole frames instead of fields, from the first frame on, at the output's frame rate.
#[must_use]
pub fn video(facts: &Facts) -> String {
    format!("{}setpts=PTS-STARTPTS,fps={FPS}", whole_frames(facts))
}

/// The chain for video from output frame `first` on, for a file in which FFmpeg has sought to `seek`.
#[must_use]
pub fn video_from(facts: &Facts, seek: Seconds, first: Frames) -> String {
    let since = seek.0 + facts.start.0 - facts.video.start.0;
    format!(
        "{}setpts=PTS+{since:.6}/TB,fps={FPS}:start_time={:.6}",
        whole_frames(facts),
        first.seconds().0
    )
}

/// The start of a video chain: filters that take one image of a still, and
/// that deinterlace. The text ends with a comma, or is empty.
fn whole_frames(facts: &Facts) -> String {
    let mut filters = String::new();
    if facts.video.still {
        // Images after the first one (a gain map, a thumbnail, another page) are not part of the clip.
        filters.push_str("trim=end_frame=1,");
    }
    if facts.video.interlaced {
        filters.push_str("bwdif=mode=send_frame:deint=interlaced,");
    }
    filters
}

/// The chain for sound: two channels at the output's sample rate.
#[must_use]
pub fn mixed(facts: &Facts) -> String {
    let mut filters: Vec<String> = Vec::new();
    filters.extend(
        facts
            .sound
            .as_ref()
            .and_then(|sound| pan(sound.mix))
            .map(str::to_owned),
    );
    filters.push("asetpts=PTS-STARTPTS".to_owned());
    // `async` fills gaps in the track by the track's own timestamps. Recordings of phones have such gaps.
    filters.push(format!("aresample={SAMPLE_RATE}:async=1"));
    filters.push("aformat=sample_fmts=s16:channel_layouts=stereo".to_owned());
    filters.join(",")
}

/// The chain of [`mixed`], synchronised with the frames: the sound is
/// delayed or trimmed by [`Facts::sound_delay`].
#[must_use]
pub fn sound(facts: &Facts) -> String {
    let mut chain = mixed(facts);
    let delay = (facts.sound_delay().0 * f64::from(SAMPLE_RATE)).round() as i64;
    if delay > 0 {
        chain.push_str(&format!(",adelay={delay}S:all=1"));
    } else if delay < 0 {
        chain.push_str(&format!(",atrim=start_sample={},asetpts=PTS-STARTPTS", -delay));
    }
    chain
}

/// The `pan` filter that makes two channels; `None` where FFmpeg's own mixing does it.
fn pan(mix: Mix) -> Option<&'static str> {
    match mix {
        Mix::Layout => None,
        Mix::Ambisonic => Some("pan=stereo|c0=0.5*c0+0.5*c1|c1=0.5*c0-0.5*c1"),
        Mix::FirstTwo => Some("pan=stereo|c0=c0|c1=c1"),
        Mix::Mono => Some("pan=stereo|c0=c0|c1=c0"),
    }
}
