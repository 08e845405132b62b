//! Cuts: loop ranges of clips, each extracted losslessly into a file of its own.
//!
//! The inspector cuts each loop range once. From then on, a cut is used like any
//! other clip. This module also bounds the disk space of all cuts.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::chains;
use super::facts::{Facts, Mix, SoundFacts, VideoFacts};
use super::inspect::{Clip, ClipError, Inspector, classify};
use crate::catalogue::LoopRange;
use crate::ffmpeg::{self, MAPPED_ALONE, Task, file_argument};
use crate::temp_files;
use crate::units::{FPS, Frames, SAMPLE_RATE, Seconds};

/// Maximum length of a loop range. Cuts are lossless and therefore large: about 20 MB per second.
pub const LONGEST_RANGE: Seconds = Seconds(30.0);
/// A part of each cut's name. To be raised when cuts are made in another way, so that old cuts are not used.
const CUT_VERSION: &str = "2";
/// FFmpeg seeks to ranges that begin later than this, but only in containers whose index
/// lists every keyframe ([`INDEXED`]). In other containers, and for earlier ranges, FFmpeg
/// decodes from the start: a seek by times or bytes can land anywhere.
const SOUGHT: Seconds = Seconds(60.0);
const INDEXED: &str = "mov,";
/// How far before the range FFmpeg seeks. A seek leads to some frame, and the frame that
/// is visible when the range starts may have begun earlier than the range.
const BEFORE: Seconds = Seconds(10.0);

/// Maximum size in bytes of all cuts together. The cuts that the
/// catalogue needs are kept even beyond this size.
const CUTS_BYTES: u64 = 4 << 30;

impl Inspector {
    /// Cuts the loop range out, once and without loss. The result is a clip like any
    /// other: it starts at its first frame and can be read repeatedly.
    ///
    /// Two alternatives were rejected. A seek in every pass is impossible, because FFmpeg's own loop
    /// forgets the seek. Holding a range in memory costs too much: a 1080p frame takes 3 MB.
    pub(super) async fn cut(
        &self,
        path: &Path,
        facts: &Facts,
        name: &str,
        length: Seconds,
        range: LoopRange,
    ) -> Result<Clip, ClipError> {
        let (start, end) = (range.start.0, range.end.0);
        // The tolerance of 0.02 s is about half a frame: people write ranges that reach to the end of a clip.
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
        // The frames are counted each time, because another version of
        // FFmpeg or a faulty disk may have left fewer.
        let wanted = frames(range);
        let found = self.count(&file).await.map_err(failed)?;
        // A range that a person wrote to the end of a clip may lack its last frame.
        if found + 1 < wanted.0 || found > wanted.0 {
            let _ = std::fs::remove_file(&file);
            return Err(ClipError::RangeFrameCount {
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

    /// Counts the frames of a cut.
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
            // After a seek, FFmpeg's clock is 0 at the seek position. The chain
            // restores the times that count from the first frame.
            Some(seek) => format!(
                "{},trim=end_frame={count}",
                chains::video_from(facts, seek, first)
            ),
        };
        let mut graph = format!("[0:{}]{trimmed},setpts=PTS-STARTPTS[picture]", video.stream);
        if let Some(sound) = sound {
            let (from, lasts) = (first.samples(), count.samples());
            // The sound is read from its start without a seek: decoding sound is
            // cheap, and sound has no keyframes to seek to.
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

    /// Removes the unfinished files of interrupted cuts. Then removes the oldest cuts
    /// that are not in `used`, until all cuts together take at most 4 GiB.
    ///
    /// Only for the server's start: another program with another catalogue may
    /// share the folder, and the cuts it uses look old to this program.
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

/// First output frame of a range.
fn first(range: LoopRange) -> Frames {
    Frames((range.start.0 * f64::from(FPS)).round() as u64)
}

/// Number of output frames of a range; at least one.
fn frames(range: LoopRange) -> Frames {
    let end = Frames((range.end.0 * f64::from(FPS)).round() as u64);
    end.saturating_sub(first(range)).max(Frames(1))
}

/// The facts of a cut. They are known from the way in which the cut is made, so the cut is not probed.
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

/// File name of a cut. The name is a digest of what the cut is made from:
/// the clip's path, size and modification time, and the range.
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
