//! The kind of an image file, detected from its first bytes.
//!
//! The inspector uses the kind in two cases: where FFmpeg would choose a demuxer by the file's name, and
//! where FFmpeg's own error message would not help the user. This module does not decode images.

use std::io::{self, Read};

/// Number of bytes that are read. An animated PNG has its `acTL` chunk before the pixel data.
const HEAD: u64 = 64 << 10;

/// A kind of image file that needs its own treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageKind {
    /// A single image, or a file whose main image comes first.
    Still {
        /// FFmpeg's demuxer for this format.
        demuxer: &'static str,
    },
    /// An animation in an image format.
    Animated {
        /// FFmpeg's demuxer for this format.
        demuxer: &'static str,
    },
    /// An animated WebP. FFmpeg 7 and older read it as a still image without a size.
    AnimatedWebp,
    /// HEIC or AVIF. Some builds of FFmpeg can read them, others cannot.
    Heif,
}

impl ImageKind {
    /// Detects the kind of a file from its first 64 KiB; `None` if the file is of none of these kinds.
    pub fn of(file: impl Read) -> io::Result<Option<Self>> {
        let mut head = Vec::new();
        file.take(HEAD).read_to_end(&mut head)?;
        Ok(Self::of_head(&head))
    }

    fn of_head(head: &[u8]) -> Option<Self> {
        let at = |offset: usize, bytes: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(bytes));
        let still = |demuxer| Some(Self::Still { demuxer });
        if at(0, b"\xff\xd8\xff") {
            still("jpeg_pipe")
        } else if at(0, b"\x89PNG\r\n\x1a\n") {
            let animated = head.windows(4).any(|kind| kind == b"acTL");
            if animated {
                Some(Self::Animated { demuxer: "apng" })
            } else {
                still("png_pipe")
            }
        } else if at(0, b"GIF8") {
            Some(Self::Animated { demuxer: "gif" })
        } else if at(0, b"RIFF") && at(8, b"WEBP") {
            // The flags byte of the extended format (`VP8X`): bit 1 says that the file is animated.
            let animated = at(12, b"VP8X") && head.get(20).is_some_and(|flags| flags & 2 != 0);
            if animated {
                Some(Self::AnimatedWebp)
            } else {
                still("webp_pipe")
            }
        } else if at(0, b"II*\0") || at(0, b"MM\0*") {
            still("tiff_pipe")
        } else if at(0, b"BM") && at(6, &[0; 4]) {
            still("bmp_pipe")
        } else if at(4, b"ftyp") && HEIF_BRANDS.iter().any(|brand| at(8, *brand)) {
            Some(Self::Heif)
        } else {
            None
        }
    }

    /// The demuxer to request from FFmpeg; `None` leaves the choice to FFmpeg.
    pub fn demuxer(self) -> Option<&'static str> {
        match self {
            Self::Still { demuxer } | Self::Animated { demuxer } => Some(demuxer),
            // Only newer versions of FFmpeg have a demuxer for animated WebP, so none is requested.
            Self::AnimatedWebp | Self::Heif => None,
        }
    }
}

/// Major brands of still images: ISO/IEC 23008-12 (HEIF), and AVIF.
const HEIF_BRANDS: [&[u8; 4]; 6] = [b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_first_bytes() {
        let demuxer = |head: &[u8]| ImageKind::of_head(head).map(ImageKind::demuxer);
        assert_eq!(demuxer(b"\xff\xd8\xff\xe0"), Some(Some("jpeg_pipe")));
        assert_eq!(demuxer(b"\x89PNG\r\n\x1a\n IHDR IDAT"), Some(Some("png_pipe")));
        assert_eq!(demuxer(b"\x89PNG\r\n\x1a\n IHDR acTL"), Some(Some("apng")));
        assert_eq!(demuxer(b"MM\0*\0\0\0\x08"), Some(Some("tiff_pipe")));
        let webp = |flags: u8| {
            let head = [b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0", &[flags][..]].concat();
            ImageKind::of_head(&head)
        };
        assert_eq!(webp(2), Some(ImageKind::AnimatedWebp));
        assert_eq!(webp(0x10), Some(ImageKind::Still { demuxer: "webp_pipe" }));
        assert_eq!(ImageKind::of_head(b"\0\0\0\x18ftypheic"), Some(ImageKind::Heif));
        assert_eq!(ImageKind::of_head(b"\0\0\0\x18ftypisom"), None);
        assert_eq!(ImageKind::of_head(b""), None);
    }
}
