//! The AAC encoder command. The sound of a whole workout and the sound of a single cue are encoded with the
//! same settings, so that the coded audio frames of both are alike.

use ffmpeg_sidecar::command::FfmpegCommand;

use super::Tools;
use crate::units::SAMPLE_RATE;

/// Bits per second of the coded sound. Beeps need less; the music in clips does not.
pub const AUDIO_BITRATE: u32 = 128_000;

impl Tools {
    /// The command that encodes sound. It reads raw samples (stereo, signed 16
    /// bits) from `pipe:0` and writes AAC in ADTS to `pipe:1`.
    #[must_use]
    pub fn aac(&self) -> FfmpegCommand {
        let mut command = self.ffmpeg();
        command.args(["-probesize", "32", "-analyzeduration", "0"]);
        let rate = SAMPLE_RATE.to_string();
        command.args(["-f", "s16le", "-ac", "2", "-ar", &rate, "-i", "pipe:0"]);
        command.args(["-c:a", "aac", "-b:a", &AUDIO_BITRATE.to_string()]);
        command.args(["-f", "adts", "-flush_packets", "1", "pipe:1"]);
        command
    }
}
