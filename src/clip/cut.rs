//! Loop ranges: the part of a clip that is repeated, as a file of its own.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::facts::Facts;
use super::inspect::{Clip, ClipError, Inspector, classify};
use crate::aside;
use crate::catalogue::LoopRange;
use crate::ffmpeg::{self, Task, file_argument};
use crate::units::Seconds;

/// The longest loop range that is cut out. The cut is lossless and so large: about 20 MB a second.
pub const LONGEST_RANGE: Seconds = Seconds(30.0);
/// Part of a cut's name: raised when cuts are made differently, so that old ones are not taken.
const CUT_VERSION: &str = "1";

/// Bytes of cuts that are kept. More are kept only while the catalogue needs them.
const CUTS_BYTES: u64 = 4 << 30;

impl Inspector {
    /// Cuts the loop range out, once, without loss: from then on it is a clip like any other, which
    /// starts at its first picture and can be read again and again.
    ///
    /// Rejected: seeking in every pass (FFmpeg's own loop forgets the seek) and holding any range in
    /// memory (a 1080p picture takes 3 MB).
    pub(super) async fn cut(
        &self,
        path: &Path,
        facts: &Facts,
        name: &str,
        length: Seconds,
        range: LoopRange,
    ) -> Result<Clip, ClipError> {
        let (start, end) = (range.start.0, range.end.0);
        // Half a picture of tolerance: a range written by a person to the end of a clip.
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
            let aside = aside::create(&self.cuts, ".mkv").map_err(|e| failed(e.into()))?;
            self.tools
                .run(Task::Cut, self.cut_command(path, facts, range, aside.path()), 0)
                .await
                .map_err(failed)?;
            aside.persist(&file).map_err(|e| failed(e.error.into()))?;
        }
        let facts = self.probe(&file, name).await?;
        let length = self.measure(&file, &facts, name).await?;
        Ok(Clip {
            path: file,
            facts,
            length,
            cut: true,
            breaks_off: None,
        })
    }

    fn cut_command(
        &self,
        path: &Path,
        facts: &Facts,
        range: LoopRange,
        to: &Path,
    ) -> ffmpeg_sidecar::command::FfmpegCommand {
        let mut command = self.tools.ffmpeg();
        command.args(["-ss", &range.start.0.to_string()]);
        command.args(["-t", &(range.end.0 - range.start.0).to_string()]);
        if let Some(decoder) = facts.picture.decoder() {
            command.args(["-c:v", decoder]);
        }
        command.args(ffmpeg::input(path));
        command.args(["-map", &format!("0:{}", facts.picture.stream)]);
        command.args(["-c:v", "ffv1", "-level", "3", "-slices", "4", "-g", "1"]);
        if let Some(sound) = &facts.sound {
            command.args(["-map", &format!("0:{}", sound.stream), "-c:a", "flac"]);
        }
        command.args(["-f", "matroska"]).arg(file_argument(to));
        command
    }

    /// Removes the oldest cuts that are not among `used`, until all together keep their bound, and
    /// what cuts that were broken off have left.
    ///
    /// Only for the server's start: the cuts of another program's catalogue are old to this one.
    pub fn tidy(&self, used: &[&Path]) {
        let unfinished = aside::sweep(&self.cuts);
        let files = std::fs::read_dir(&self.cuts).into_iter().flatten().flatten();
        let mut cuts: Vec<(SystemTime, u64, PathBuf)> = files
            .filter(|file| !aside::is_unfinished(&file.file_name()))
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
