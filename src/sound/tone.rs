//! The samples of each kind of cue: converts notes to mono samples at [`SAMPLE_RATE`].
//!
//! `CueMixer` adds these samples to a workout. The notes have 784 to 1760 Hz and their octave,
//! because the small speakers of phones are strong in this range. All cues have the same peak and
//! nearly the same RMS. Every note fades in and out along a raised cosine, so that nothing
//! clicks. This file does not decide when a cue sounds.

use std::f64::consts::{PI, TAU};
use std::sync::LazyLock;

use crate::units::{SAMPLE_RATE, Samples};

/// What a cue tells the listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CueKind {
    /// An exercise begins in a whole number of seconds, 3 at most. Short.
    Countdown,
    /// An exercise begins now. Long.
    Start,
    /// An exercise is over: two falling notes.
    End,
    /// Half of the work is done: a tick.
    HalfTime,
    /// The same exercise with the other side, now: two quick rising notes.
    Switch,
}

/// -12 dBFS: leaves headroom for the sound of the clip.
const PEAK: f64 = 0.251_188_643_150_958;
/// Level of the octave above each note, relative to the note. A small speaker plays the octave loudest.
const OCTAVE: f64 = 0.25;
/// Fade-in (`RISE`) and fade-out (`FALL`) of a note, in milliseconds.
const RISE: u32 = 6;
const FALL: u32 = 18;

/// A tone and the silence after it: frequency in Hz, lengths in milliseconds.
struct Note {
    hz: f64,
    sounds: u32,
    then_silent: u32,
}

const fn note(hz: f64, sounds: u32, then_silent: u32) -> Note {
    Note {
        hz,
        sounds,
        then_silent,
    }
}

impl CueKind {
    /// All kinds, in the order of their declaration.
    pub const ALL: [Self; 5] = [
        Self::Countdown,
        Self::Start,
        Self::End,
        Self::HalfTime,
        Self::Switch,
    ];

    const fn notes(self) -> &'static [Note] {
        match self {
            Self::Countdown => const { &[note(880.0, 140, 0)] },
            Self::Start => const { &[note(1318.5, 600, 0)] },
            Self::End => const { &[note(1046.5, 160, 15), note(784.0, 320, 0)] },
            Self::HalfTime => const { &[note(1760.0, 110, 0)] },
            Self::Switch => const { &[note(987.8, 110, 30), note(1480.0, 130, 0)] },
        }
    }

    /// The length of the cue in samples.
    #[must_use]
    pub fn length(self) -> Samples {
        let notes = self.notes().iter();
        Samples(
            notes
                .map(|note| samples_of(note.sounds + note.then_silent) as u64)
                .sum(),
        )
    }

    /// Mono samples from -1 to 1. The process computes them once.
    #[must_use]
    pub fn samples(self) -> &'static [f32] {
        static ALL: LazyLock<[Vec<f32>; 5]> = LazyLock::new(|| CueKind::ALL.map(synthesise));
        // The index is valid: `CueKind::ALL` lists the kinds in the order of their declaration.
        &ALL[self as usize]
    }
}

const fn samples_of(milliseconds: u32) -> usize {
    (SAMPLE_RATE / 1000 * milliseconds) as usize
}

fn synthesise(kind: CueKind) -> Vec<f32> {
    let raw: Vec<f64> = kind
        .notes()
        .iter()
        .flat_map(|note| tone(note).chain(std::iter::repeat_n(0.0, samples_of(note.then_silent))))
        .collect();
    let peak = raw
        .iter()
        .fold(f64::MIN_POSITIVE, |peak, sample| peak.max(sample.abs()));
    raw.iter().map(|sample| (sample * PEAK / peak) as f32).collect()
}

/// The samples of one note. The first and last samples are almost zero, so the steps at both ends are small.
fn tone(note: &Note) -> impl Iterator<Item = f64> {
    let length = samples_of(note.sounds);
    let step = TAU * note.hz / f64::from(SAMPLE_RATE);
    (0..length).map(move |n| {
        let phase = step * n as f64;
        let rise = fade(n, samples_of(RISE));
        let fall = fade(length - 1 - n, samples_of(FALL));
        (phase.sin() + OCTAVE * (2.0 * phase).sin()) * rise * fall
    })
}

/// Raised cosine: 0 at the edge of a note, 1 from `length` samples after the edge on.
fn fade(from_edge: usize, length: usize) -> f64 {
    let part = (from_edge as f64 / length as f64).min(1.0);
    0.5 - 0.5 * (PI * part).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decibels(level: f64) -> f64 {
        20.0 * level.log10()
    }

    fn peak(samples: &[f32]) -> f64 {
        samples
            .iter()
            .fold(0.0, |peak: f64, s| peak.max(f64::from(s.abs())))
    }

    /// RMS of the samples that are not zero. So the silence between two notes does not count.
    fn rms(samples: &[f32]) -> f64 {
        let sounding: Vec<f64> = samples
            .iter()
            .filter(|s| **s != 0.0)
            .map(|s| f64::from(*s))
            .collect();
        (sounding.iter().map(|s| s * s).sum::<f64>() / sounding.len() as f64).sqrt()
    }

    fn largest_step(samples: &[f32]) -> f64 {
        samples.windows(2).fold(0.0, |step: f64, pair| {
            step.max(f64::from((pair[1] - pair[0]).abs()))
        })
    }

    /// The largest step in the first and last millisecond of a cue, including the steps from and to silence.
    fn edge_step(samples: &[f32]) -> f64 {
        let (head, tail) = (&samples[..48], &samples[samples.len() - 48..]);
        largest_step(&[&[0.0], head].concat()).max(largest_step(&[tail, &[0.0]].concat()))
    }

    #[test]
    fn levels_are_even_and_edges_do_not_click() {
        let mut lines = Vec::new();
        for kind in CueKind::ALL {
            let samples = kind.samples();
            assert_eq!(samples.len() as u64, kind.length().0, "{kind:?}");
            assert!(
                (decibels(peak(samples)) + 12.0).abs() < 0.01,
                "{kind:?}: {}",
                peak(samples)
            );
            assert!(
                (decibels(rms(samples)) + 15.7).abs() < 0.8,
                "{kind:?}: {}",
                rms(samples)
            );
            assert!(edge_step(samples) < 0.01, "{kind:?}: {}", edge_step(samples));
            lines.push(format!(
                "{:<9} {:>3} ms, peak {:.1} dBFS, RMS {:.1} dBFS, largest step {:.4}, at its edges {:.4}",
                format!("{kind:?}"),
                kind.length().0 / 48,
                decibels(peak(samples)),
                decibels(rms(samples)),
                largest_step(samples),
                edge_step(samples),
            ));
        }
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn kinds_are_in_the_order_of_their_samples() {
        for (index, kind) in CueKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, index);
        }
    }
}
