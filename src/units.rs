//! Quantities of time and their exact conversions.
//!
//! For every module. A number of frames, of audio samples, of ticks and of seconds are different types, so
//! that adding one to another does not compile. All of them are integers except [`Seconds`], which is used
//! only at the edges (in what a client sends and reads).
//!
//! The time grid is fixed: every workout has [`FPS`] frames and [`SAMPLE_RATE`] audio samples a second. One
//! frame is exactly [`SAMPLES_PER_FRAME`] samples, without remainder, so every interval starts on a whole
//! sample as well as on a whole frame.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Sub};

use serde::{Deserialize, Serialize};

/// Output frames a second. All workouts have the same rate, so that their pieces can be joined.
pub const FPS: u32 = 30;
/// Output audio samples a second, per channel.
pub const SAMPLE_RATE: u32 = 48_000;
/// Audio samples per channel in one frame (48,000 / 30, without remainder).
pub const SAMPLES_PER_FRAME: u64 = (SAMPLE_RATE / FPS) as u64;
/// Timescale of the video track, in ticks a second: the MPEG clock. 30 fps and the usual speeds divide it.
pub const VIDEO_TIMESCALE: u32 = 90_000;
/// Duration of one output frame in ticks of the video track.
pub const TICKS_PER_FRAME: u32 = VIDEO_TIMESCALE / FPS;

/// A number of output frames: a length, or an instant counted from the first frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Frames(pub u64);

impl Frames {
    /// Zero frames.
    pub const ZERO: Self = Self(0);

    /// Rounds to the nearest whole number of frames.
    #[must_use]
    pub fn from_seconds(seconds: Seconds) -> Self {
        // Validated seconds are finite, not negative and below one day. For all other values `as` saturates.
        Self((seconds.0 * f64::from(FPS)).round() as u64)
    }

    /// Converts to seconds.
    #[must_use]
    pub fn seconds(self) -> Seconds {
        Seconds(self.0 as f64 / f64::from(FPS))
    }

    /// Converts to audio samples, exactly.
    #[must_use]
    pub fn samples(self) -> Samples {
        Samples(self.0 * SAMPLES_PER_FRAME)
    }

    /// Converts to ticks of the video track, exactly.
    #[must_use]
    pub fn ticks(self) -> Ticks {
        Ticks(self.0 * u64::from(TICKS_PER_FRAME))
    }

    /// `self - other`, or zero when `other` is longer.
    #[must_use]
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// A number of ticks of the video track ([`VIDEO_TIMESCALE`] a second). Used for the times of frames that are
/// not on the grid of [`Frames`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ticks(pub u64);

impl Ticks {
    /// The output frame during which this instant lies (rounded down).
    #[must_use]
    pub fn frame(self) -> Frames {
        Frames(self.0 / u64::from(TICKS_PER_FRAME))
    }

    /// Converts to audio samples, rounded up to a whole sample.
    #[must_use]
    pub fn samples(self) -> Samples {
        Samples((self.0 * u64::from(SAMPLE_RATE)).div_ceil(u64::from(VIDEO_TIMESCALE)))
    }
}

/// A number of audio samples per channel at [`SAMPLE_RATE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Samples(pub u64);

/// Seconds, as clients write and read them.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub f64);

impl fmt::Display for Seconds {
    /// Formats as `m:ss`, or as `h:mm:ss` from one hour on, rounded to the second. Negative values show as
    /// `0:00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.0.max(0.0).round() as u64;
        let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
        if hours > 0 {
            write!(f, "{hours}:{minutes:02}:{seconds:02}")
        } else {
            write!(f, "{minutes}:{seconds:02}")
        }
    }
}

/// Playback speed of a clip: an exact fraction, so that no rounding error adds up over a long interval.
///
/// Always in lowest terms, and never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Speed {
    numerator: u32,
    denominator: u32,
}

impl Speed {
    /// The speed at which the clip was filmed: 1.
    pub const NORMAL: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    /// `numerator / denominator` in lowest terms; `None` when either is zero.
    #[must_use]
    pub const fn new(numerator: u32, denominator: u32) -> Option<Self> {
        if numerator == 0 || denominator == 0 {
            return None;
        }
        let (mut a, mut b) = (numerator, denominator);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        Some(Self {
            numerator: numerator / a,
            denominator: denominator / a,
        })
    }

    /// Rounds a client's number to the nearest hundredth; `None` unless it is a number of at least 0.01.
    #[must_use]
    pub fn from_f64(speed: f64) -> Option<Self> {
        // NaN fails the comparison. A value beyond u32 saturates, and the callers' own bounds refuse it.
        (speed >= 0.01).then(|| Self::new((speed * 100.0).round() as u32, 100))?
    }

    /// Numerator of the fraction in lowest terms.
    #[must_use]
    pub const fn numerator(self) -> u32 {
        self.numerator
    }

    /// Denominator of the fraction in lowest terms.
    #[must_use]
    pub const fn denominator(self) -> u32 {
        self.denominator
    }

    /// Converts to a decimal number, for people and for JSON.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        f64::from(self.numerator) / f64::from(self.denominator)
    }
}

impl fmt::Display for Speed {
    /// Formats as FFmpeg's expressions and people read it: `1`, `6/5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denominator == 1 {
            write!(f, "{}", self.numerator)
        } else {
            write!(f, "{}/{}", self.numerator, self.denominator)
        }
    }
}

impl Serialize for Speed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.as_f64())
    }
}

macro_rules! counts {
    ($($count:ident),*) => {$(
        impl Add for $count {
            type Output = Self;
            fn add(self, other: Self) -> Self { Self(self.0 + other.0) }
        }
        impl AddAssign for $count {
            fn add_assign(&mut self, other: Self) { self.0 += other.0; }
        }
        impl Sub for $count {
            type Output = Self;
            fn sub(self, other: Self) -> Self { Self(self.0 - other.0) }
        }
        impl Mul<u64> for $count {
            type Output = Self;
            fn mul(self, times: u64) -> Self { Self(self.0 * times) }
        }
        impl Sum for $count {
            fn sum<I: Iterator<Item = Self>>(counts: I) -> Self { Self(counts.map(|c| c.0).sum()) }
        }
        impl fmt::Display for $count {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
    )*};
}
counts!(Frames, Samples, Ticks);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_a_whole_number_of_samples_and_ticks() {
        assert_eq!(SAMPLES_PER_FRAME * u64::from(FPS), u64::from(SAMPLE_RATE));
        assert_eq!(TICKS_PER_FRAME * FPS, VIDEO_TIMESCALE);
    }

    #[test]
    fn speeds_are_kept_in_lowest_terms() {
        assert_eq!(Speed::from_f64(1.2), Speed::new(6, 5));
        assert_eq!(Speed::new(3, 0), None);
        assert_eq!(Speed::from_f64(f64::NAN), None);
        assert_eq!(
            Speed::from_f64(0.8).map(|s| s.to_string()).as_deref(),
            Some("4/5")
        );
    }

    #[test]
    fn seconds_are_written_as_a_clock_shows_them() {
        assert_eq!(Seconds(95.0).to_string(), "1:35");
        assert_eq!(Seconds(3605.4).to_string(), "1:00:05");
    }
}
