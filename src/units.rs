//! Quantities of time and their exact conversions.
//!
//! For every module: a count of frames, a count of audio samples, a media tick and a number of
//! seconds are different types, so that adding one to another does not compile. All of them are
//! integers but [`Seconds`], which exists only at the edges (what a client sends and reads).
//!
//! The grid is fixed: every workout is [`FPS`] frames and [`SAMPLE_RATE`] audio samples a second.
//! Both divide, so one frame is exactly [`SAMPLES_PER_FRAME`] samples and every interval starts
//! on a whole sample as well as on a whole frame.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Sub};

use serde::{Deserialize, Serialize};

/// Output frames a second. One rate for every workout: it keeps pieces joinable.
pub const FPS: u32 = 30;
/// Output audio samples a second, per channel.
pub const SAMPLE_RATE: u32 = 48_000;
/// Audio samples that sound during one frame (48,000 / 30, without remainder).
pub const SAMPLES_PER_FRAME: u64 = (SAMPLE_RATE / FPS) as u64;
/// Ticks a second of the video track's clock: the MPEG clock, which 30 fps and the usual speeds divide.
pub const VIDEO_TIMESCALE: u32 = 90_000;
/// Ticks of the video track's clock in one frame.
pub const TICKS_PER_FRAME: u32 = VIDEO_TIMESCALE / FPS;

/// A count of output frames: a length, or an instant counted from the first frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Frames(pub u64);

impl Frames {
    /// No frame.
    pub const ZERO: Self = Self(0);

    /// The nearest whole number of frames.
    #[must_use]
    pub fn from_seconds(seconds: Seconds) -> Self {
        // Validated seconds are finite, not negative and below a day; `as` saturates otherwise.
        Self((seconds.0 * f64::from(FPS)).round() as u64)
    }

    /// The same length in seconds.
    #[must_use]
    pub fn seconds(self) -> Seconds {
        Seconds(self.0 as f64 / f64::from(FPS))
    }

    /// The same length in audio samples, exactly.
    #[must_use]
    pub fn samples(self) -> Samples {
        Samples(self.0 * SAMPLES_PER_FRAME)
    }

    /// The same length on the video track's clock, exactly.
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

/// A count of ticks of the video track's clock ([`VIDEO_TIMESCALE`] a second): what a frame that does
/// not keep to the grid of [`Frames`] is timed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ticks(pub u64);

impl Ticks {
    /// The output frame during which this instant lies.
    #[must_use]
    pub fn frame(self) -> Frames {
        Frames(self.0 / u64::from(TICKS_PER_FRAME))
    }

    /// The same length in audio samples, rounded up to a whole one.
    #[must_use]
    pub fn samples(self) -> Samples {
        Samples((self.0 * u64::from(SAMPLE_RATE)).div_ceil(u64::from(VIDEO_TIMESCALE)))
    }
}

/// A count of audio samples per channel at [`SAMPLE_RATE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Samples(pub u64);

/// Seconds as clients write and read them.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub f64);

impl fmt::Display for Seconds {
    /// `m:ss`, or `h:mm:ss` from an hour on, rounded to the second.
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

/// How fast a clip plays: an exact fraction, so that no rounding adds up over a long interval.
///
/// Always in lowest terms and never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Speed {
    numerator: u32,
    denominator: u32,
}

impl Speed {
    /// As it was filmed.
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

    /// The nearest hundredth of a speed that a client wrote; `None` unless finite and at least 0.01.
    #[must_use]
    pub fn from_f64(speed: f64) -> Option<Self> {
        // NaN fails the comparison; a value beyond u32 saturates, which callers' own bounds refuse.
        (speed >= 0.01).then(|| Self::new((speed * 100.0).round() as u32, 100))?
    }

    /// Upper part of the fraction, in lowest terms.
    #[must_use]
    pub const fn numerator(self) -> u32 {
        self.numerator
    }

    /// Lower part of the fraction, in lowest terms.
    #[must_use]
    pub const fn denominator(self) -> u32 {
        self.denominator
    }

    /// As a decimal, for people and for JSON.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        f64::from(self.numerator) / f64::from(self.denominator)
    }
}

impl fmt::Display for Speed {
    /// As FFmpeg's expressions and people read it: `1`, `6/5`.
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
