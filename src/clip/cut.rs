//! Loop ranges: the part of a clip that is repeated, as a file of its own.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::chains;
use super::facts::{Facts, Mix, SoundFacts, VideoFacts};
use super::inspect::{Clip, ClipError, Inspector, classify};
use crate::catalogue::LoopRange;
use crate::ffmpeg::{self, MAPPED_ALONE, Task, file_argument};
use crate::temp_files;
use crate::units::{FPS, Frames, SAMPLE_RATE, Seconds};

/// The longest loop range that is cut out. The cut is lossless and so large: about 20 MB a second.
pub const LONGEST_RANGE: Seconds = Seconds(30.0);
/// Part of a cut's name: raised when cuts are made differently, so that old ones are not taken.
const CUT_VERSION: &str = "2";
/// Ranges that begin later than this are sought, in containers whose index tells every keyframe. Elsewhere, and
/// before, all is decoded from the start: seeking by times or bytes lands anywhere.
const SOUGHT: Seconds = Seconds(60.0);
const INDEXED: &str = "mov,";
/// How long before the range it is sought to. A frame is sought, and the range's first one may be shown from before.
const BEFORE: Seconds = Seconds(10.0);

/// Bytes of cuts that are kept. More are kept only while the catalogue needs them.
const CUTS_BYTES: u64 = 4 << 30;

impl Inspector {
    /// Cuts the loop range out, once, without loss: from then on it is a clip like any other, which
    /// starts at its first frame and can be read again and again.
    ///
    /// Rejected: seeking in every pass (FFmpeg's own loop forgets the seek) and holding any range in
    /// memory (a 1080p frame takes 3 MB).
    pub(super) async fn cut(
        &self,
        path: &Path,
        facts: &Facts,
        name: &str,
        length: Seconds,
        range: LoopRange,
    ) -> Result<Clip, ClipError> {
        let (start, end) = (range.start.0, range.end.0);
        // Half a frame of tolerance: a range written by a person to the end of a clip.
        if start >= length.0 || end > length.0 + 0.02 {
            return Err(ClipError::Range {
                name: name.to_owned(),
                start,
                end,
                length: length.0,
            });
        }
        if end - start > LONGEST_RANGE.0 {
            return Err(ClipError::LongRange(name.to_owned(), LONGEST_RANGE.0));
        }
        let failed = |error| classify(error, name, ClipError::Cut);
        let file = self
            .cuts
            .join(cut_name(path, range).map_err(|e| failed(e.into()))?);
        if !file.exists() {
            let temp = temp_files::create(&self.cuts, ".mkv").map_err(|e| failed(e.into()))?;
            self.tools
                .run(Task::Cut, self.cut_command(path, facts, range, temp.path()), 0)
                .await
                .map_err(failed)?;
            temp.persist(&file).map_err(|e| failed(e.error.into()))?;
        }
        // Counted each time: another version of FFmpeg, or a disk, may have left less.
        let wanted = frames(range);
        let found = self.count(&file).await.map_err(failed)?;
        // A range that a person wrote to the end of a clip may lack its last frame.
        if found + 1 < wanted.0 || found > wanted.0 {
            let _ = std::fs::remove_file(&file);
            return Err(ClipError::RangeMissing {
                name: name.to_owned(),
                found,
                wanted: wanted.0,
            });
        }
        let facts = of_cut(facts, wanted);
        Ok(Clip {
            path: file,
            facts,
            length: wanted.seconds(),
            cut: true,
            breaks_off: None,
        })
    }

    /// The frames of a cut.
    async fn count(&self, file: &Path) -> Result<u64, crate::ffmpeg::FfmpegError> {
        let mut command = self.tools.ffmpeg();
        command.args(ffmpeg::input(file));
        command.args(["-map", "0:v", "-c", "copy"]).args(MAPPED_ALONE);
        command.args(["-f", "framecrc", "pipe:1"]);
        let lines = self.run(Task::Probe, command).await?;
        Ok(lines.lines().filter(|line| line.starts_with("0,")).count() as u64)
    }

    fn cut_command(
        &self,
        path: &Path,
        facts: &Facts,
        range: LoopRange,
        to: &Path,
    ) -> ffmpeg_sidecar::command::FfmpegCommand {
        let (first, count) = (first(range), frames(range));
        let seek = Some(Seconds(range.start.0 - BEFORE.0))
            .filter(|seek| seek.0 > SOUGHT.0 && facts.container.starts_with(INDEXED));
        let mut command = self.tools.ffmpeg();
        if let Some(seek) = seek {
            command.args(["-ss", &seek.0.to_string()]);
        }
        if let Some(decoder) = facts.video.decoder() {
            command.args(["-c:v", decoder]);
        }
        command.args(ffmpeg::input_as(path, facts.demuxer()));
        let (video, sound) = (&facts.video, facts.sound.as_ref());
        let trimmed = match seek {
            None => format!(
                "{},trim=start_frame={first}:end_frame={}",
                chains::video(facts),
                first + count
            ),
            // FFmpeg's clock is 0 where it was sought to: all times count from the first frame again.
            Some(seek) => format!(
                "{},trim=end_frame={count}",
                chains::video_from(facts, seek, first)
            ),
        };
        let mut graph = format!("[0:{}]{trimmed},setpts=PTS-STARTPTS[picture]", video.stream);
        if let Some(sound) = sound {
            let (from, lasts) = (first.samples(), count.samples());
            // The sound is read from its start, without a seek: it is cheap, and has no key frames to go by.
            let input = if seek.is_some() {
                command.args(ffmpeg::input_as(path, facts.demuxer()));
                1
            } else {
                0
            };
            graph.push_str(&format!(
                ";[{input}:{}]{},atrim=start_sample={from},asetpts=PTS-STARTPTS,apad=whole_len={lasts},\
                 atrim=end_sample={lasts}[sound]",
                sound.stream,
                chains::sound(facts)
            ));
        }
        command.filter_complex(&graph);
        command.args(["-map", "[picture]"]).args(MAPPED_ALONE);
        command.args(["-c:v", "ffv1", "-level", "3", "-slices", "4", "-g", "1"]);
        if sound.is_some() {
            command.args(["-map", "[sound]", "-c:a", "flac"]);
        }
        command.args(["-f", "matroska"]).arg(file_argument(to));
        command
    }

    /// Removes the oldest cuts that are not among `used`, until all together keep their bound, and
    /// what cuts that were broken off have left.
    ///
    /// Only for the server's start: the cuts of another program's catalogue are old to this one.
    pub fn tidy(&self, used: &[&Path]) {
        let unfinished = temp_files::sweep(&self.cuts);
        let files = std::fs::read_dir(&self.cuts).into_iter().flatten().flatten();
        let mut cuts: Vec<(SystemTime, u64, PathBuf)> = files
            .filter(|file| !temp_files::is_unfinished(&file.file_name()))
            .filter_map(|file| {
                let facts = file.metadata().ok()?;
                Some((facts.modified().ok()?, facts.len(), file.path()))
            })
            .collect();
        cuts.sort();
        let mut all = unfinished + cuts.iter().map(|(_, bytes, _)| bytes).sum::<u64>();
        for (_, bytes, path) in cuts {
            if all <= CUTS_BYTES || used.contains(&path.as_path()) {
                continue;
            }
            match std::fs::remove_file(&path) {
                Ok(()) => all -= bytes,
                Err(error) => tracing::warn!(%error, "an old cut cannot be removed"),
            }
        }
    }
}

/// The first output frame of a range.
fn first(range: LoopRange) -> Frames {
    Frames((range.start.0 * f64::from(FPS)).round() as u64)
}

/// Output frames of a range; at least one.
fn frames(range: LoopRange) -> Frames {
    let end = Frames((range.end.0 * f64::from(FPS)).round() as u64);
    end.saturating_sub(first(range)).max(Frames(1))
}

/// What the cut of a clip is, known from how it is made.
fn of_cut(clip: &Facts, frames: Frames) -> Facts {
    Facts {
        container: "matroska,webm".to_owned(),
        start: Seconds(0.0),
        video: VideoFacts {
            stream: 0,
            codec: "ffv1".to_owned(),
            fps: f64::from(FPS),
            variable_rate: false,
            interlaced: false,
            still: false,
            start: Seconds(0.0),
            ..clip.video.clone()
        },
        sound: clip.sound.as_ref().map(|_| SoundFacts {
            stream: 1,
            codec: "flac".to_owned(),
            rate: SAMPLE_RATE,
            channels: 2,
            mix: Mix::Layout,
            start: Seconds(0.0),
        }),
        silent: clip.silent.clone(),
        length: Some(frames.seconds()),
        breaks_off: false,
    }
}

/// A cut is named by what made it: the file as it is now, and the range.
fn cut_name(path: &Path, range: LoopRange) -> std::io::Result<String> {
    let file = path.metadata()?;
    let changed = file
        .modified()?
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default()
        .as_nanos();
    let made_of = format!(
        "{CUT_VERSION} {} {} {changed} {} {}",
        path.display(),
        file.len(),
        range.start.0,
        range.end.0
    );
    Ok(format!("{}.mkv", blake3::hash(made_of.as_bytes()).to_hex()))
}
