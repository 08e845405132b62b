//! Checks whether a prepared loop is isolated: decoded under two different
//! HUDs, its exercise must be the same, bit for bit.
//!
//! For `isolation`, which encodes a loop again if a check fails. This module corrects nothing.
//!
//! The check puts the loop together twice, as a workout would. The first pass uses the IDR frame of each GOP
//! and one HUD of noise. The second pass uses the restart form of each GOP and another HUD of noise. A
//! decoder in its strictest mode computes a digest of the rows above the HUD of every frame. Each frame of
//! the second pass must equal that of the first. This covers the guard (no block is predicted from the rows
//! of the HUD), the restart form, and both kinds of HUD slice at once.
//!
//! In addition, every slice is parsed to its last bit. What it demands of a decoder must stay within Main
//! profile ([`SliceStats`]), because not every decoder of High profile has been tested with more.
//!
//! If a frame differs, all frames that are predicted from it may differ, too. So only the first frame of each
//! sequence of differing frames is reported, because its own prediction is the fault.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::hud_slice::HudSliceEncoder;
use super::intra_frames::IntraFrames;
use super::prepare::PrepareError;
use super::prepared_loop::PreparedLoop;
use crate::ffmpeg::{FfmpegError, Task, Tools};
use crate::h264::{self, MAX_LEVEL_PREFIX, MAX_MACROBLOCK_BITS, NalUnit, Parameters, SliceStats};
use crate::hud::Area;
use crate::units::FPS;
use crate::workout::Profile;

/// The most bytes that are read of the decoder's report. Enough for a line of 100 bytes for
/// each frame of two passes of the longest loop.
const REPORT: u64 = 1 << 20;

/// Checks a loop that was prepared for `profile`. Returns the frames that are
/// predicted from the HUD: none if the loop is isolated.
pub async fn verify(
    prepared: &PreparedLoop,
    intra: &IntraFrames,
    profile: &Profile,
    tools: &Tools,
) -> Result<Vec<u64>, PrepareError> {
    let (copy, keys) = (prepared.clone(), intra.clone());
    let modest = tokio::task::spawn_blocking(move || demands(&copy, &keys));
    let faults = decoded(prepared, intra, profile, tools).await;
    modest.await.map_err(std::io::Error::other)??;
    faults
}

/// Refuses a loop that demands too much of a decoder.
fn demands(prepared: &PreparedLoop, intra: &IntraFrames) -> Result<(), PrepareError> {
    let parameters = Parameters::from_avcc(prepared.config.avcc())?;
    for (number, frame) in (0..).zip(&prepared.frames) {
        let mut demands = SliceStats::default();
        for nal in h264::nal_units(frame) {
            demands = demands.and(SliceStats::of(nal?, &parameters)?);
        }
        let what = if demands.level_prefix > MAX_LEVEL_PREFIX {
            "has a coefficient that only High profiles allow"
        } else if demands.macroblock_bits > MAX_MACROBLOCK_BITS {
            "has a macroblock of more than 3200 bits"
        } else if demands.raw > 0 && intra.contains(number) {
            "has a raw macroblock, which its second form would move"
        } else {
            continue;
        };
        return Err(PrepareError::TooDemanding { frame: number, what });
    }
    Ok(())
}

/// The frames whose exercise differs under another HUD.
async fn decoded(
    prepared: &PreparedLoop,
    intra: &IntraFrames,
    profile: &Profile,
    tools: &Tools,
) -> Result<Vec<u64>, PrepareError> {
    let stream = twice(prepared, profile)?;
    let mut command = tools.ffmpeg();
    command.args(["-xerror", "-err_detect", "explode", "-f", "h264", "-i", "pipe:0"]);
    // The filter sets all times itself: a raw H.264 stream has none, and FFmpeg must not
    // drop a frame because of times that it made up.
    let filter = format!(
        "crop={}:{}:0:0,settb=1/{FPS},setpts=N",
        profile.width,
        profile.hud_top()
    );
    command.args(["-vf", &filter]);
    command.args(["-f", "framehash", "-hash", "murmur3", "pipe:1"]);
    let mut child = tools.spawn(Task::Verify, command, true)?;
    let (stdin, stdout) = (child.take_stdin(), child.take_stdout());
    let (mut stdin, stdout) = stdin.zip(stdout).ok_or(PrepareError::Cancelled)?;
    let feed = async move {
        // A decoder that stops reading has failed. Its exit tells why.
        let _ = stdin.write_all(&stream).await;
    };
    let mut report = String::new();
    let listen = async { stdout.take(REPORT).read_to_string(&mut report).await };
    let ((), heard) = tokio::join!(feed, listen);
    heard.map_err(FfmpegError::Pipe)?;
    child.finish().await.map_err(|error| match error {
        FfmpegError::Failed { .. } => PrepareError::Refused(error),
        other => other.into(),
    })?;
    compare(&report, prepared.frames.len(), intra)
}

/// Two passes of the loop as an Annex B byte stream.
fn twice(prepared: &PreparedLoop, profile: &Profile) -> Result<Vec<u8>, PrepareError> {
    let mut stream = Vec::new();
    for nal in h264::parameter_sets(prepared.config.avcc())? {
        put_nal(NalUnit::new(nal)?, &mut stream);
    }
    let whole = [Area {
        columns: 0..profile.width as usize,
        rows: 0..profile.bar_height() as usize,
    }];
    let mut bars = HudSliceEncoder::new(&prepared.config, profile)?;
    let gops = prepared.gops();
    for pass in 0..2 {
        let noise = bars.as_ref().map(|bars| bar_of_noise(bars.bytes(), pass));
        for (number, frame) in prepared.frames.iter().enumerate() {
            let frame = if pass > 0 && gops.begins(number as u64) {
                &prepared.restarts[gops.index(number as u64)]
            } else {
                frame
            };
            put_annex_b(frame, &mut stream)?;
            if let Some((bars, noise)) = bars.as_mut().zip(noise.as_ref()) {
                let slice = bars.slice(frame, noise, if number == 0 { &whole } else { &[] })?;
                put_annex_b(&slice, &mut stream)?;
            }
        }
    }
    Ok(stream)
}

/// Converts slices after 4-byte lengths to slices after start codes (annex B).
fn put_annex_b(sample: &[u8], stream: &mut Vec<u8>) -> Result<(), PrepareError> {
    for nal in h264::nal_units(sample) {
        put_nal(nal?, stream);
    }
    Ok(())
}

fn put_nal(nal: NalUnit<'_>, stream: &mut Vec<u8>) {
    stream.extend_from_slice(&[0, 0, 0, 1]);
    stream.extend_from_slice(nal.bytes());
}

fn bar_of_noise(bytes: usize, pass: u8) -> Vec<u8> {
    let mut noise = vec![0; bytes];
    blake3::Hasher::new()
        .update(&[1 + pass])
        .finalize_xof()
        .fill(&mut noise);
    noise
}

/// Compares the digests of both passes. The report has one line for each frame, with the digest in the last
/// column. Lines that begin with # are its header.
fn compare(report: &str, pass: usize, intra: &IntraFrames) -> Result<Vec<u64>, PrepareError> {
    let digests: Vec<&str> = report
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.rsplit(',').next())
        .map(str::trim)
        .collect();
    if digests.len() != 2 * pass {
        return Err(PrepareError::Length {
            made: digests.len() as u64,
            asked: crate::units::Frames(2 * pass as u64),
        });
    }
    let (first, second) = digests.split_at(pass);
    let mut faults = Vec::new();
    let mut fault_before = false;
    for (frame, (a, b)) in (0..).zip(first.iter().zip(second)) {
        let is_intra = intra.contains(frame);
        match (a == b, is_intra) {
            (true, _) => {}
            (false, true) => return Err(PrepareError::HudLeak(frame)),
            (false, false) if fault_before => {}
            (false, false) => faults.push(frame),
        }
        fault_before = a != b;
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stitch::gops::Gops;
    use crate::units::Frames;

    #[test]
    fn of_each_row_of_differences_the_first_is_named() {
        let report = |first: &str, second: &str| {
            let all = first.chars().chain(second.chars());
            let lines =
                all.map(|digest| format!("0,          0,          0,        1,   384000, {digest}\n"));
            format!("#format: frame checksums\n{}", lines.collect::<String>())
        };
        let intra = IntraFrames::of(Gops::of(Frames(8))).and([5]);
        let faults = |second| compare(&report("abcdefgh", second), 8, &intra);
        assert!(faults("abcdefgh").is_ok_and(|faults| faults.is_empty()));
        let named = faults("a??d?f?h").expect("faults that can be mended");
        assert_eq!(named, [1, 4, 6]);
        let hopeless = faults("abcde?gh");
        assert!(matches!(hopeless, Err(PrepareError::HudLeak(5))), "{hopeless:?}");
        let short = compare(&report("ab", "ab"), 3, &intra);
        assert!(
            matches!(short, Err(PrepareError::Length { made: 4, .. })),
            "{short:?}"
        );
    }
}
