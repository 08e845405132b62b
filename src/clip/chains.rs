//! The filters that bring a clip's tracks onto one clock: time 0 is its first frame. Pure text.
//!
//! For the cut of a loop range and for the graphs of workouts alike, so that a range is counted as everything
//! else is.

use super::facts::{Facts, Mix};
use crate::units::{FPS, Frames, SAMPLE_RATE, Seconds};

/// For the frames: whole (not fields), from the first one on, at the output's rate.
#[must_use]
pub fn video(facts: &Facts) -> String {
    format!("{}setpts=PTS-STARTPTS,fps={FPS}", whole_frames(facts))
}

/// The same from the output frame `first` on, of a file that was sought to `seek` seconds.
#[must_use]
pub fn video_from(facts: &Facts, seek: Seconds, first: Frames) -> String {
    let since = seek.0 + facts.start.0 - facts.video.start.0;
    format!(
        "{}setpts=PTS+{since:.6}/TB,fps={FPS}:start_time={:.6}",
        whole_frames(facts),
        first.seconds().0
    )
}

/// What comes first: one main frame, or no fields. Ends with a comma, or is empty.
fn whole_frames(facts: &Facts) -> String {
    let mut filters = String::new();
    if facts.video.still {
        // What follows the main frame (a map of gains, a thumbnail, another page) is not meant.
        filters.push_str("trim=end_frame=1,");
    }
    if facts.video.interlaced {
        filters.push_str("bwdif=mode=send_frame:deint=interlaced,");
    }
    filters
}

/// For the sound: two channels at the output's rate.
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
    // `async` fills holes in the track by its own clock, as phones leave them.
    filters.push(format!("aresample={SAMPLE_RATE}:async=1"));
    filters.push("aformat=sample_fmts=s16:channel_layouts=stereo".to_owned());
    filters.join(",")
}

/// The same, in step with the frames: as late or early as the track is.
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

/// What makes two channels of any.
fn pan(mix: Mix) -> Option<&'static str> {
    match mix {
        Mix::Layout => None,
        Mix::Ambisonic => Some("pan=stereo|c0=0.5*c0+0.5*c1|c1=0.5*c0-0.5*c1"),
        Mix::FirstTwo => Some("pan=stereo|c0=c0|c1=c1"),
        Mix::Mono => Some("pan=stereo|c0=c0|c1=c0"),
    }
}
