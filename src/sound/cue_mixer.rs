//! Mixes a workout's cues into any part of its PCM, and converts PCM to bytes.
//!
//! The renderers call [`CueMixer`] for one part of the workout after the other. This file does not decide
//! when a cue sounds (`cue_schedule` does), and does not encode.

use super::{Cue, CueKind};
use crate::units::Samples;

/// The cues of one workout. [`mix`](Self::mix) adds them to the workout's sound part by part.
#[derive(Debug, Clone)]
pub struct CueMixer {
    /// Sorted by time.
    cues: Vec<Cue>,
    /// Length of the longest cue in samples. A cue that begins at
    /// most this long before a part may extend into it.
    reach: u64,
}

impl CueMixer {
    /// Accepts cues in any order. Without cues, [`mix`](Self::mix) changes nothing.
    #[must_use]
    pub fn new(mut cues: Vec<Cue>) -> Self {
        cues.sort_by_key(|cue| (cue.at, cue.kind));
        let reach = CueKind::ALL.map(|kind| kind.length().0).into_iter().max();
        Self {
            cues,
            reach: reach.unwrap_or(0),
        }
    }

    /// Adds the cues to the PCM in `into`, whose first sample is at `start`. `into` is interleaved stereo,
    /// from -1 to 1: two values per sample. Samples already in `into` stay there and add up with the cues.
    ///
    /// To mix a range part by part gives the same samples as to mix it in one call.
    pub fn mix(&self, start: Samples, into: &mut [f32]) {
        let end = start.0.saturating_add(into.len() as u64 / 2);
        let first = self
            .cues
            .partition_point(|cue| cue.at.0 < start.0.saturating_sub(self.reach));
        for cue in self.cues[first..].iter().take_while(|cue| cue.at.0 < end) {
            let sound = cue.kind.samples();
            // One of the two is zero: the cue begins before `start`, or it begins at or after `start`.
            let heard = start.0.saturating_sub(cue.at.0) as usize;
            let wait = cue.at.0.saturating_sub(start.0) as usize;
            let pairs = into.chunks_exact_mut(2).skip(wait);
            for (pair, sample) in pairs.zip(sound.iter().skip(heard)) {
                pair[0] += sample;
                pair[1] += sample;
            }
        }
    }
}

/// The level above which [`write_s16le`] compresses samples.
const KNEE: f32 = 0.8;

/// Appends samples as signed 16-bit little-endian values.
///
/// Levels up to 0.8 stay exact. Above, the level follows a curve that approaches 1 and never reaches it. So a
/// loud clip is compressed below a cue, and not clipped. The function treats each sample independently, so
/// chunks may have any length. NaN becomes silence.
pub fn write_s16le(samples: &[f32], into: &mut Vec<u8>) {
    into.extend(samples.iter().flat_map(|&sample| to_s16(sample).to_le_bytes()));
}

fn to_s16(sample: f32) -> i16 {
    let over = (sample.abs() - KNEE).max(0.0) / (1.0 - KNEE);
    let level = if over.is_infinite() {
        1.0
    } else if over > 0.0 {
        KNEE + (1.0 - KNEE) * over / (1.0 + over)
    } else {
        sample.abs()
    };
    // `as` converts NaN to 0 and saturates at the range of i16.
    (level.copysign(sample) * 32_767.0).round() as i16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_cues() -> impl Strategy<Value = Vec<Cue>> {
        let kind = prop::sample::select(CueKind::ALL.to_vec());
        let cue = (kind, 0u64..60_000).prop_map(|(kind, at)| Cue {
            kind,
            at: Samples(at),
        });
        prop::collection::vec(cue, 0..8)
    }

    #[test]
    fn a_cue_is_heard_on_both_sides_at_its_sample_and_nowhere_else() {
        let cue = Cue {
            kind: CueKind::HalfTime,
            at: Samples(1000),
        };
        let mut pcm = vec![0.0; 2 * 10_000];
        CueMixer::new(vec![cue]).mix(Samples(0), &mut pcm);
        let end = cue.end().0 as usize;
        let expected = CueKind::HalfTime.samples().iter().flat_map(|s| [*s, *s]);
        assert!(pcm[2000..2 * end].iter().copied().eq(expected));
        assert!(pcm[..2000].iter().chain(&pcm[2 * end..]).all(|s| *s == 0.0));
    }

    #[test]
    fn bytes_are_exact_below_the_knee_and_inside_above_it() {
        let bytes = |sample| {
            let mut bytes = Vec::new();
            write_s16le(&[sample], &mut bytes);
            <[u8; 2]>::try_from(bytes)
                .map(i16::from_le_bytes)
                .expect("two bytes")
        };
        assert_eq!([0.0, 0.5, -0.5, 0.8].map(bytes), [0, 16_384, -16_384, 26_214]);
        assert_eq!(
            [f32::INFINITY, f32::NEG_INFINITY, f32::NAN].map(bytes),
            [32_767, -32_767, 0]
        );
        assert!(bytes(0.9) < bytes(1.0) && bytes(1.0) < bytes(1.4) && bytes(1.4) < 32_767);
    }

    proptest! {
        #[test]
        fn mixing_in_pieces_equals_mixing_at_once(
            cues in any_cues(),
            start in 0u64..40_000,
            pieces in prop::collection::vec(0usize..9000, 1..12),
            ground in -1f32..1.0,
        ) {
            let mixer = CueMixer::new(cues);
            let length: usize = pieces.iter().sum();
            let mut whole = vec![ground; 2 * length];
            mixer.mix(Samples(start), &mut whole);
            let mut joined = Vec::new();
            for piece in pieces {
                let at = start + joined.len() as u64 / 2;
                let mut part = vec![ground; 2 * piece];
                mixer.mix(Samples(at), &mut part);
                joined.extend(part);
            }
            prop_assert!(whole == joined);
        }

        #[test]
        fn every_cue_adds_its_samples_to_what_is_there(cues in any_cues(), ground in -1f64..1.0) {
            let mut pcm = vec![ground as f32; 2 * 100_000];
            CueMixer::new(cues.clone()).mix(Samples(0), &mut pcm);
            let mut expected = vec![f64::from(ground as f32); 100_000];
            for cue in cues {
                for (n, sample) in cue.kind.samples().iter().enumerate() {
                    expected[cue.at.0 as usize + n] += f64::from(*sample);
                }
            }
            for (pair, expected) in pcm.chunks_exact(2).zip(expected) {
                prop_assert!(pair.iter().all(|side| (f64::from(*side) - expected).abs() < 1e-5));
            }
        }

        #[test]
        fn louder_never_becomes_quieter(a in -4f32..4.0, b in -4f32..4.0) {
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!(to_s16(low) <= to_s16(high));
            prop_assert_eq!(to_s16(-a), -to_s16(a));
        }
    }
}
