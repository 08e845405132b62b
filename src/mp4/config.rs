//! The decoder parameters of a track: avcC for H.264 and AudioSpecificConfig for AAC, checked when they are
//! created, with the codec names that players use (RFC 6381).
//!
//! For the readers and writers of this module, and for all code that compares tracks before it joins them.

use bytes::Bytes;
use mp4_atom::{Atom, Avcc};

/// Largest avcC, in bytes. FFmpeg's avcC has about 50 bytes. No sensible parameter sets reach this
/// bound; their lengths have 16 bits.
const MAX_AVCC: usize = 65_535;

/// Why decoder parameters cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The avcC is not a usable `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15 5.3.3.1). Holds the reason.
    #[error("avcC is malformed: {0}")]
    Avcc(String),
    /// The length before each NAL unit has this many bytes. All parts of this program write and
    /// expect 4 bytes.
    #[error("NAL lengths have {0} bytes, not 4")]
    NalLength(u8),
}

/// H.264 decoder parameters: a checked avcC payload. Samples of equal `AvcConfig`s can be joined in
/// one track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvcConfig(Bytes);

impl AvcConfig {
    /// Checks the payload of an avcC box: at most 65,535 bytes, version 1, 4-byte NAL lengths, at
    /// least one SPS and one PPS.
    pub fn new(avcc: Bytes) -> Result<Self, ConfigError> {
        let malformed = |reason: &str| ConfigError::Avcc(reason.to_owned());
        if avcc.len() > MAX_AVCC {
            return Err(malformed("longer than 65,535 bytes"));
        }
        let mut rest: &[u8] = &avcc;
        let parsed = Avcc::decode_body(&mut rest).map_err(|error| malformed(&error.to_string()))?;
        if !rest.is_empty() {
            return Err(malformed("bytes follow its end"));
        }
        if parsed.sequence_parameter_sets.is_empty() || parsed.picture_parameter_sets.is_empty() {
            return Err(malformed("no parameter sets"));
        }
        if parsed.length_size != 4 {
            return Err(ConfigError::NalLength(parsed.length_size));
        }
        Ok(Self(avcc))
    }

    /// The payload of the avcC box, unchanged.
    #[must_use]
    pub fn avcc(&self) -> &Bytes {
        &self.0
    }

    /// The codec name `avc1.PPCCLL`: profile, constraint flags and level in hexadecimal (RFC 6381 3.3).
    #[must_use]
    pub fn codec(&self) -> String {
        // `new` parsed at least four bytes.
        format!("avc1.{:02X}{:02X}{:02X}", self.0[1], self.0[2], self.0[3])
    }
}

/// Sample rates in Hz by `samplingFrequencyIndex` (ISO/IEC 14496-3 table 1.18).
const SAMPLE_RATES: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];

/// AAC decoder parameters: the content of a two-byte AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AacConfig {
    object_type: u8,
    rate_index: u8,
    channel_configuration: u8,
}

impl AacConfig {
    /// AAC-LC, 48 kHz, two channels. The sound of every workout has these parameters.
    pub const LC_48K_STEREO: Self = Self {
        object_type: 2,
        rate_index: 3,
        channel_configuration: 2,
    };

    /// Creates a config from three fields that an ADTS header has, too. Returns `None` for reserved values
    /// and for channel configuration 0, with which the stream itself describes its channels.
    #[must_use]
    pub fn new(object_type: u8, rate_index: u8, channel_configuration: u8) -> Option<Self> {
        let known = (1..=4).contains(&object_type)
            && usize::from(rate_index) < SAMPLE_RATES.len()
            && (1..=7).contains(&channel_configuration);
        known.then_some(Self {
            object_type,
            rate_index,
            channel_configuration,
        })
    }

    /// The arguments of [`new`](Self::new): object type, `samplingFrequencyIndex`, channel configuration.
    #[must_use]
    pub fn fields(self) -> [u8; 3] {
        [self.object_type, self.rate_index, self.channel_configuration]
    }

    /// The AudioSpecificConfig: 5 bits object type, 4 bits `samplingFrequencyIndex`, 4 bits channel
    /// configuration, and a GASpecificConfig of three zero bits, which means audio frames of 1024 samples
    /// (ISO/IEC 14496-3 1.6.2.1, 4.4.1).
    #[must_use]
    pub fn asc(self) -> [u8; 2] {
        let bits = u16::from(self.object_type) << 11
            | u16::from(self.rate_index) << 7
            | u16::from(self.channel_configuration) << 3;
        bits.to_be_bytes()
    }

    /// Samples per second and channel. The audio track uses this number as its timescale.
    #[must_use]
    pub fn sample_rate(self) -> u32 {
        // `new` bounds the index.
        SAMPLE_RATES[usize::from(self.rate_index)]
    }

    /// Number of channels. Channel configuration 7 means 7.1, which is eight channels (ISO/IEC
    /// 14496-3 table 1.19).
    #[must_use]
    pub fn channels(self) -> u16 {
        match self.channel_configuration {
            7 => 8,
            channels => u16::from(channels),
        }
    }

    /// The codec name `mp4a.40.N`: MPEG-4 audio of object type N (RFC 6381 3.3).
    #[must_use]
    pub fn codec(self) -> String {
        format!("mp4a.40.{}", self.object_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An avcC of libx264 for 320x180, High profile.
    const AVCC: &[u8] = b"\x01\x64\x00\x1f\xff\xe1\0\x04\x67\x64\0\x1f\x01\0\x02\x68\xeb\xfd\xf8\xf8\0";

    #[test]
    fn codecs_are_named_as_rfc_6381_does() {
        let avc = AvcConfig::new(Bytes::from_static(AVCC)).expect("a sound avcC");
        assert_eq!(avc.codec(), "avc1.64001F");
        assert_eq!(AacConfig::LC_48K_STEREO.codec(), "mp4a.40.2");
    }

    #[test]
    fn an_avcc_with_other_nal_lengths_or_without_parameter_sets_is_refused() {
        let with = |at: usize, value: u8| {
            let mut bytes = AVCC.to_vec();
            bytes[at] = value;
            AvcConfig::new(bytes.into())
        };
        assert_eq!(with(4, 0xfd), Err(ConfigError::NalLength(2)));
        assert!(matches!(with(0, 2), Err(ConfigError::Avcc(_))));
        assert!(matches!(with(7, 200), Err(ConfigError::Avcc(_))));
        let empty = Bytes::from_static(b"\x01\x42\0\x1f\xff\xe0\0");
        assert!(matches!(AvcConfig::new(empty), Err(ConfigError::Avcc(_))));
        let long = Bytes::from(vec![1; MAX_AVCC + 1]);
        assert!(matches!(AvcConfig::new(long), Err(ConfigError::Avcc(_))));
    }

    #[test]
    fn the_usual_audio_config_is_the_well_known_two_bytes() {
        let config = AacConfig::LC_48K_STEREO;
        assert_eq!(config.asc(), [0x11, 0x90]);
        assert_eq!((config.sample_rate(), config.channels()), (48_000, 2));
        assert_eq!(AacConfig::new(2, 3, 2), Some(config));
        assert_eq!(AacConfig::new(2, 13, 2), None);
        assert_eq!(AacConfig::new(2, 3, 0), None);
    }
}
