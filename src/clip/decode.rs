//! Trial decoding: chooses the video and audio track from which frames and samples can be decoded.
//!
//! For [`Inspector`]: a container may describe tracks that FFmpeg cannot decode, so each
//! candidate track is decoded before it is used. This module also checks that all frames have
//! one size, and measures the clip's length where the container does not tell it.

use std::fmt;
use std::path::Path;

use ffmpeg_sidecar::command::FfmpegCommand;
use serde::Deserialize;

use super::facts::{Facts, Mix, SoundFacts};
use super::inspect::{ClipError, Depth, Inspector, PROBE_LIMIT, classify};
use super::probe::{self, Probed};
use super::{NoFacts, chains};
use crate::ffmpeg::{self, FfmpegError, MAPPED_ALONE, Task};
use crate::units::{Frames, Seconds};

/// Number of frames that are decoded when the server starts: enough to know that the decoder works.
const FIRST_FRAMES: &str = "3";
/// Seconds of sound that are decoded: enough to know that the sound can be mixed.
const FIRST_SOUND: &str = "0.5";
/// Interval of the clip, as ffprobe's `-read_intervals` takes it, whose
/// keyframes are checked when the server starts: its first 60 seconds.
const FIRST_KEYS: &str = "%+60";
/// Minimum delay of a sound track. If the sound starts even earlier
/// before the frames, the two clocks are unrelated.
const EARLIEST_SOUND: Seconds = Seconds(-600.0);

/// The output of a trial decoding.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// Number of decoded frames; at least one.
    pub frames: usize,
    /// End of the last frame, counted from the start of the first one; `None` if FFmpeg gives no times.
    pub end: Option<Seconds>,
    /// Width and height of the upright frame in square pixels; `None` if FFmpeg does not print them.
    shown: Option<(f64, f64)>,
}

/// The size, pixel aspect ratio and rotation of a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameSize {
    width: u32,
    height: u32,
    /// Width of a pixel divided by its height.
    pixel: f64,
    rotation: f64,
}

impl fmt::Display for FrameSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)?;
        if (self.pixel - 1.0).abs() > 0.01 {
            write!(f, " with pixels {:.2} wide", self.pixel)?;
        }
        if self.rotation != 0.0 {
            write!(f, " turned by {}°", self.rotation)?;
        }
        Ok(())
    }
}

impl Inspector {
    /// Chooses the best video track from which frames can be decoded. `probed` has them in order, best first.
    pub(super) async fn choose_video(
        &self,
        path: &Path,
        probed: &Probed,
        name: &str,
        depth: Depth,
    ) -> Result<(Facts, Decoded), ClipError> {
        let mut failed = None;
        for video in &probed.videos {
            let mut facts = probed.facts(video);
            match self.decode(path, &facts, depth).await {
                Ok(decoded) => {
                    if let Some(shown) = decoded.shown {
                        facts.video.shown = shown;
                    }
                    return Ok((facts, decoded));
                }
                Err(error) if error.is_of_machine() || matches!(error, FfmpegError::Start { .. }) => {
                    return Err(classify(error, name, ClipError::Undecodable));
                }
                // The first failure is kept, because the failure of the best track is the one to report.
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        Err(match failed {
            Some(error) => ClipError::Undecodable(name.to_owned(), error),
            None => ClipError::Nothing(name.to_owned(), NoFacts::NoVideo),
        })
    }

    async fn decode(&self, path: &Path, facts: &Facts, depth: Depth) -> Result<Decoded, FfmpegError> {
        let mut command = self.tools.ffmpeg();
        if let Some(decoder) = facts.video.decoder() {
            command.args(["-c:v", decoder]);
        }
        command.args(ffmpeg::input_as(path, facts.demuxer()));
        command
            .args(["-map", &format!("0:{}", facts.video.stream)])
            .args(MAPPED_ALONE);
        // The whole clip is also decoded if only decoding tells its length.
        let all = !facts.video.still && (depth == Depth::Whole || untimed(facts));
        if facts.video.still {
            command.args(["-frames:v", "1"]);
        } else if !all {
            command.args(["-frames:v", FIRST_FRAMES]);
        }
        // `framecrc` prints one line with the time of each frame.
        command.args(["-f", "framecrc", "pipe:1"]);
        let lines = self.run(Task::Decode, command).await?;
        decoded(&lines).ok_or_else(|| FfmpegError::Failed {
            status: "success".to_owned(),
            log: "no picture came out".to_owned(),
        })
    }

    /// Runs an FFmpeg command that prints text, one line for each frame.
    pub(super) async fn run(&self, task: Task, command: FfmpegCommand) -> Result<String, FfmpegError> {
        let lines = self.tools.run(task, command, PROBE_LIMIT).await?;
        Ok(String::from_utf8_lossy(&lines).into_owned())
    }

    /// Refuses a clip whose frames change their size or rotation, because
    /// a filter graph is built for one size.
    ///
    /// Only keyframes are decoded, because only a keyframe can start another size.
    pub(super) async fn check_constant_size(
        &self,
        path: &Path,
        facts: &Facts,
        name: &str,
        depth: Depth,
    ) -> Result<(), ClipError> {
        if facts.video.still {
            return Ok(());
        }
        let stream = facts.video.stream.to_string();
        let mut options = vec!["-skip_frame", "nokey", "-select_streams", &stream, "-show_frames"];
        options.extend([
            "-show_entries",
            "frame=width,height,sample_aspect_ratio:frame_side_data=rotation",
        ]);
        if depth == Depth::First {
            options.extend(["-read_intervals", FIRST_KEYS]);
        }
        let answer = self.ask(path, facts.demuxer(), name, &options).await?;
        let shapes = shapes(&answer);
        let first = shapes.first();
        match first.and_then(|first| shapes.iter().find(|shape| *shape != first)) {
            None => Ok(()),
            Some(other) => Err(ClipError::ChangedSize {
                name: name.to_owned(),
                from: shapes[0],
                to: *other,
            }),
        }
    }

    /// Length of the video track. If the container does not tell the length (recordings
    /// of browsers, Matroska), the times of all packets are read. If the packets have no
    /// times either, the length of the decoded frames is used.
    pub(super) async fn length(
        &self,
        path: &Path,
        facts: &Facts,
        decoded: &Decoded,
        name: &str,
    ) -> Result<Seconds, ClipError> {
        let one = Frames(1).seconds();
        if facts.video.still {
            return Ok(one);
        }
        if let Some(length) = facts.length {
            return Ok(length);
        }
        if untimed(facts) {
            return Ok(decoded.end.unwrap_or(one));
        }
        let stream = facts.video.stream.to_string();
        let entries = "packet=stream_index,pts_time,duration_time,flags";
        let options = ["-select_streams", &stream, "-show_entries", entries];
        let answer = self.ask(path, facts.demuxer(), name, &options).await?;
        let times = probe::packet_times(&answer);
        let length = times.map(|times| Seconds(times.end - times.first));
        Ok(length
            .filter(|length| length.0 > 0.0)
            .or(decoded.end)
            .unwrap_or(one))
    }

    /// Chooses the best audio track that can be decoded and mixed to two channels, and stores it in
    /// `facts.sound`. If the clip has audio tracks but none can be used, `facts.silent` tells why.
    pub(super) async fn choose_sound(
        &self,
        path: &Path,
        facts: &mut Facts,
        name: &str,
        sounds: Vec<SoundFacts>,
        length: Seconds,
    ) -> Result<(), ClipError> {
        for sound in sounds {
            let codec = match sound.codec.as_str() {
                "" | "unknown" => "unknown codec",
                codec => codec,
            };
            let plural = if sound.channels == 1 { "" } else { "s" };
            let described = format!("{codec}, {} channel{plural}", sound.channels);
            facts.sound = Some(sound);
            let delay = facts.sound_delay().0;
            if !(EARLIEST_SOUND.0..length.0).contains(&delay) {
                let word = if delay > 0.0 { "after" } else { "before" };
                let reason = format!(
                    "its sound ({described}) starts {:.0} s {word} its pictures",
                    delay.abs()
                );
                facts.silent.get_or_insert(reason);
                continue;
            }
            match self.check_sound(path, facts).await {
                Ok(()) => {
                    facts.silent = None;
                    return Ok(());
                }
                Err(error) if error.is_of_machine() || matches!(error, FfmpegError::Start { .. }) => {
                    return Err(classify(error, name, ClipError::Undecodable));
                }
                Err(error) => {
                    tracing::debug!(path = %path.display(), %error, "a sound cannot be used");
                    let reason = format!("this FFmpeg can neither decode nor mix its sound ({described})");
                    facts.silent.get_or_insert(reason);
                }
            }
        }
        facts.sound = None;
        Ok(())
    }

    /// Decodes the start of the sound and mixes it to two channels as a workout does. If
    /// FFmpeg's own mixing fails, the mix without a channel layout is tried.
    async fn check_sound(&self, path: &Path, facts: &mut Facts) -> Result<(), FfmpegError> {
        let Some(sound) = facts.sound.clone() else {
            return Ok(());
        };
        let last_resort = if sound.channels == 1 {
            Mix::Mono
        } else {
            Mix::FirstTwo
        };
        let mut outcome = Ok(());
        for mix in [sound.mix, last_resort] {
            facts.sound = Some(SoundFacts { mix, ..sound.clone() });
            outcome = self.mix(path, facts, sound.stream).await;
            if !matches!(outcome, Err(FfmpegError::Failed { .. })) {
                break;
            }
        }
        outcome
    }

    async fn mix(&self, path: &Path, facts: &Facts, stream: u32) -> Result<(), FfmpegError> {
        let mut command = self.tools.ffmpeg();
        command.args(["-t", FIRST_SOUND]);
        command.args(ffmpeg::input_as(path, facts.demuxer()));
        command.filter_complex(format!("[0:{stream}]{}[out]", chains::mixed(facts)));
        command.args(["-map", "[out]"]).args(MAPPED_ALONE);
        command.args(["-f", "framecrc", "pipe:1"]);
        let lines = self.run(Task::Decode, command).await?;
        if lines.lines().any(is_line) {
            Ok(())
        } else {
            Err(FfmpegError::Failed {
                status: "success".to_owned(),
                log: "no sample came out".to_owned(),
            })
        }
    }
}

/// Whether only decoding tells the length of the clip.
fn untimed(facts: &Facts) -> bool {
    facts.length.is_none() && facts.container == probe::GUESSED.0
}

/// Whether a line describes a frame. Such a line starts with the number of the track; all others are headers.
fn is_line(line: &str) -> bool {
    line.starts_with(|first: char| first.is_ascii_digit())
}

/// Parses the output of FFmpeg's `framecrc` muxer: header lines `#name track: value`,
/// then a line for each frame with its track, decode time, presentation time,
/// duration, size and checksum. `None` if there is no frame.
fn decoded(report: &str) -> Option<Decoded> {
    let head = |name: &str| {
        let lines = report.lines().filter_map(|line| line.strip_prefix('#'));
        lines
            .filter_map(|line| line.strip_prefix(name))
            .find_map(|rest| rest.strip_prefix(" 0: "))
    };
    let frames: Vec<&str> = report.lines().filter(|line| is_line(line)).collect();
    let field = |line: &str, number: usize| line.split(',').nth(number)?.trim().parse::<f64>().ok();
    let first = field(frames.first()?, 2);
    let last = frames.last()?;
    let ticks = first.and_then(|first| Some(field(last, 2)? - first + field(last, 3)?));
    let unit = head("tb").and_then(|unit| {
        let (above, below) = unit.split_once('/')?;
        Some(above.trim().parse::<f64>().ok()? / below.trim().parse::<f64>().ok()?)
    });
    let end = ticks.zip(unit).map(|(ticks, unit)| Seconds(ticks * unit));
    let size = head("dimensions").and_then(|size| {
        let (width, height) = size.trim().split_once('x')?;
        Some((width.parse::<u32>().ok()?, height.parse::<u32>().ok()?))
    });
    let (across, down) = probe::aspect(head("sar").unwrap_or_default());
    let shown = size.map(|(width, height)| (f64::from(width) * across / down, f64::from(height)));
    Some(Decoded {
        frames: frames.len(),
        end: end.filter(|end| end.0 > 0.0 && end.0.is_finite()),
        shown,
    })
}

/// Parses the frame sizes in ffprobe's list of frames. An unreadable list counts as empty.
fn shapes(answer: &[u8]) -> Vec<FrameSize> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(default)]
        frames: Vec<Frame>,
    }
    #[derive(Deserialize)]
    struct Frame {
        width: u32,
        height: u32,
        #[serde(default)]
        sample_aspect_ratio: String,
        #[serde(default)]
        side_data_list: Vec<SideData>,
    }
    #[derive(Deserialize)]
    struct SideData {
        rotation: Option<f64>,
    }
    let Ok(answer) = serde_json::from_slice::<Answer>(answer) else {
        return Vec::new();
    };
    let shape = |frame: Frame| {
        let (across, down) = probe::aspect(&frame.sample_aspect_ratio);
        let rotation = frame.side_data_list.iter().find_map(|data| data.rotation);
        FrameSize {
            width: frame.width,
            height: frame.height,
            pixel: across / down,
            rotation: rotation.unwrap_or(0.0),
        }
    };
    answer.frames.into_iter().map(shape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_out_is_read_from_the_report() {
        let report = "#software: Lavf59.27.100\n#tb 0: 1/90000\n#media_type 0: video\n#codec_id 0: rawvideo\n\
                      #dimensions 0: 160x180\n#sar 0: 2/1\n\
                      0,      3000,      3000,     3000,    43200, 0x5bd1e1b1\n\
                      0,    183000,    183000,     6000,    43200, 0x5bd1e1b1\n";
        let decoded = decoded(report).expect("two pictures");
        assert_eq!(
            (decoded.frames, decoded.end),
            (2, Some(Seconds(186_000.0 / 90_000.0)))
        );
        assert_eq!(decoded.shown, Some((320.0, 180.0)));
        assert_eq!(super::decoded("#tb 0: 1/30\n"), None, "no picture");
    }

    #[test]
    fn sizes_are_read_from_ffprobes_list() {
        let answer = r#"{"frames":[{"width":320,"height":180,"sample_aspect_ratio":"N/A"},
            {"width":180,"height":320,"sample_aspect_ratio":"4:3","side_data_list":[{"rotation":-90}]}]}"#;
        let described: Vec<String> = shapes(answer.as_bytes())
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            described,
            ["320x180", "180x320 with pixels 1.33 wide turned by -90°"]
        );
    }
}
