//! Decoding a clip to see what comes out: a container may describe tracks of which nothing can be decoded.

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

/// Frames decoded when the server starts: enough to know that the decoder works.
const FIRST_FRAMES: &str = "3";
/// How much of a sound is decoded: enough to know that it can be mixed.
const FIRST_SOUND: &str = "0.5";
/// How far a clip's keyframes are looked at when the server starts.
const FIRST_KEYS: &str = "%+60";
/// The earliest that a sound may begin before its frames. Earlier, their clocks have nothing to do with each other.
const EARLIEST_SOUND: Seconds = Seconds(-600.0);

/// What came out of a decoder.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// Frames; never none.
    pub frames: usize,
    /// The end of the last one, counted from the first; `None` where FFmpeg gives no times.
    pub end: Option<Seconds>,
    /// Width and height in square pixels, upright.
    shown: Option<(f64, f64)>,
}

/// The size of a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameSize {
    width: u32,
    height: u32,
    /// Width of a pixel over its height.
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
    /// The best video track of which frames can be decoded.
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
                // That of the best track is the one to tell.
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
        // Where only a decoder tells how long it is, all of it is decoded.
        let all = !facts.video.still && (depth == Depth::Whole || untimed(facts));
        if facts.video.still {
            command.args(["-frames:v", "1"]);
        } else if !all {
            command.args(["-frames:v", FIRST_FRAMES]);
        }
        // A line for each frame comes out, with its time.
        command.args(["-f", "framecrc", "pipe:1"]);
        let lines = self.run(Task::Decode, command).await?;
        decoded(&lines).ok_or_else(|| FfmpegError::Failed {
            status: "success".to_owned(),
            log: "no picture came out".to_owned(),
        })
    }

    /// Runs an FFmpeg that writes a line for each frame.
    pub(super) async fn run(&self, task: Task, command: FfmpegCommand) -> Result<String, FfmpegError> {
        let lines = self.tools.run(task, command, PROBE_LIMIT).await?;
        Ok(String::from_utf8_lossy(&lines).into_owned())
    }

    /// Refuses a clip whose frame turns or changes its size: a graph of filters is made for one size.
    ///
    /// Only keyframes are decoded, as only they can bring another size.
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
            Some(other) => Err(ClipError::ChangedMacroblocks {
                name: name.to_owned(),
                from: shapes[0],
                to: *other,
            }),
        }
    }

    /// Length of the video track. Where the container does not say (recordings of a browser, Matroska), the times of
    /// all frames are read; where these are not said either, they were decoded.
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

    /// The best audio track that can be decoded and mixed to two channels; why there is none, if there was one.
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

    /// Decodes the beginning of the sound and mixes it as a workout does, in whatever way succeeds.
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

/// Whether only a decoder tells how long the clip is.
fn untimed(facts: &Facts) -> bool {
    facts.length.is_none() && facts.container == probe::GUESSED.0
}

/// A line of a frame begins with its track's number; others are heads.
fn is_line(line: &str) -> bool {
    line.starts_with(|first: char| first.is_ascii_digit())
}

/// Reads what FFmpeg's `framecrc` says: `#name track: value` lines, then a line for each frame with its track,
/// decode time, time, length, size and checksum.
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

/// The sizes in ffprobe's list of frames.
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
