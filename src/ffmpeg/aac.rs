//! How sound is encoded: the same for a whole workout's and for a single cue's, so that coded frames of
//! both are alike.

use ffmpeg_sidecar::command::FfmpegCommand;

use super::Tools;
use crate::units::SAMPLE_RATE;

/// Bits a second of the sound. Beeps need less; the clips' music does not.
pub const AUDIO_BITRATE: u32 = 128_000;

impl Tools {
    /// The command that encodes sound: raw samples (stereo, signed 16 bits) on `pipe:0`, AAC in ADTS on
    /// `pipe:1`.
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
