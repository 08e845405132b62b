//! A prepared loop and its file format.
//!
//! For the store, which keeps such files, and for the code that puts workouts together from coded frames.
//! Pure: bytes in, bytes out. This module checks that the slices of each frame fill it exactly, but not the
//! content of the slices. [`verify`](super::verify) decodes a loop when it is prepared.
//!
//! ```text
//! magic     6 bytes  "VCLOOP"
//! version   u16
//! avcC      u32      its size in bytes
//! frames    u32      number of frames
//! gop       u32      frames of each GOP except the last
//! hud_top   u32      line at which the HUD begins
//! sizes     u32      in bytes, of each frame, then of each restart form
//! payload            avcC, the frames in order, the restart forms, without gaps
//! digest    32 bytes BLAKE3 of everything before it
//! ```
//!
//! Integers are big endian. A loop has exactly one encoding: a file
//! that was read is written again as the same bytes.

use bytes::{Buf, BufMut, Bytes};

use super::gops::Gops;
use crate::mp4::{AvcConfig, ConfigError};
use crate::units::Frames;

const MAGIC: &[u8; 6] = b"VCLOOP";
/// Raised when the layout or the meaning of a field changes.
const VERSION: u16 = 3;
/// Bytes before the sizes.
const HEAD: u64 = 24;
const DIGEST: u64 = blake3::OUT_LEN as u64;

/// The most frames of a loop: ten minutes.
pub const MAX_FRAMES: usize = 18_000;
/// The most bytes of a file: ten minutes at 3.5 Mbit/s. The usual loop has a few seconds.
pub const MAX_FILE: u64 = 256 << 20;
/// More lines than a frame of any H.264 level has (ITU-T H.264 table A-1).
const MAX_LINES: u32 = 1 << 15;

/// The coded frames of a loop, without what depends on one workout: times and HUD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedLoop {
    /// The SPS and PPS to which all slices refer.
    pub config: AvcConfig,
    /// The exercise slices of each frame in order, as NAL units after 4-byte
    /// lengths. The first frame of each GOP is an IDR frame.
    pub frames: Vec<Bytes>,
    /// The restart form of the first frame of each GOP, for a GOP
    /// that follows another one without an IDR frame.
    pub restarts: Vec<Bytes>,
    /// The line at which the exercise slices end and the HUD slice begins.
    pub hud_top: u32,
}

/// Why bytes are not a prepared loop, or why a loop cannot be written as a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoopFileError {
    /// The bytes do not begin with the magic.
    #[error("this is not the file of a prepared loop")]
    Magic,
    /// Another version of the program wrote the file.
    #[error("the file has format {0}, not {VERSION}")]
    Version(u16),
    /// The file has more bytes than [`MAX_FILE`].
    #[error("{0} bytes are more than the {MAX_FILE} of a prepared loop")]
    TooLarge(u64),
    /// The file is shorter or longer than its head and its sizes
    /// require: it was truncated, or bytes were added.
    #[error("the file has {has} bytes, not {needs}")]
    Length {
        /// Bytes that the file should have. A lower bound if the sizes themselves are truncated.
        needs: u64,
        /// Bytes that the file has.
        has: u64,
    },
    /// The bytes have changed since the file was written.
    #[error("the digest of the file's bytes is another than the one at its end")]
    Digest,
    /// No frames, or more than [`MAX_FRAMES`].
    #[error("a loop has 1 to {MAX_FRAMES} pictures, not {0}")]
    Frames(u64),
    /// A frame is not a sequence of NAL units after 4-byte lengths.
    #[error("the slices of picture {0} do not fill it")]
    Slices(usize),
    /// The loop is not divided into the GOPs that [`Gops`] computes,
    /// or does not have one restart form for each GOP.
    #[error("a loop of {frames} pictures is not divided into parts of {part}, {restarts} of them")]
    Gops {
        /// Frames of the loop.
        frames: usize,
        /// Frames of each GOP except the last.
        part: u64,
        /// Number of restart forms.
        restarts: usize,
    },
    /// A restart form is not a sequence of NAL units after 4-byte lengths.
    #[error("the slices of restart {0} do not fill it")]
    Restart(usize),
    /// [`PreparedLoop::hud_top`] exceeds the number of lines of any H.264 frame.
    #[error("a HUD cannot begin at line {0}")]
    Lines(u32),
    /// The avcC cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl PreparedLoop {
    /// Size of the loop's file in bytes. A loop that was read from a file takes the same size in memory.
    #[must_use]
    pub fn file_bytes(&self) -> u64 {
        let stored = self.frames.iter().chain(&self.restarts);
        file_bytes(
            self.config.avcc().len() as u64,
            stored.map(|frame| frame.len() as u64),
        )
    }

    /// The GOPs of the loop.
    #[must_use]
    pub fn gops(&self) -> Gops {
        Gops::of(Frames(self.frames.len() as u64))
    }

    /// Checks what holds for every loop that is written or read.
    fn check(&self) -> Result<(), LoopFileError> {
        let bytes = self.file_bytes();
        if bytes > MAX_FILE {
            return Err(LoopFileError::TooLarge(bytes));
        }
        if !(1..=MAX_FRAMES).contains(&self.frames.len()) {
            return Err(LoopFileError::Frames(self.frames.len() as u64));
        }
        if let Some(frame) = self.frames.iter().position(|frame| !is_slices(frame)) {
            return Err(LoopFileError::Slices(frame));
        }
        let gops = self.gops();
        if self.restarts.len() != gops.count() {
            return Err(LoopFileError::Gops {
                frames: self.frames.len(),
                part: gops.each(),
                restarts: self.restarts.len(),
            });
        }
        if let Some(restart) = self.restarts.iter().position(|restart| !is_slices(restart)) {
            return Err(LoopFileError::Restart(restart));
        }
        if self.hud_top > MAX_LINES {
            return Err(LoopFileError::Lines(self.hud_top));
        }
        Ok(())
    }
}

fn file_bytes(avcc: u64, stored: impl Iterator<Item = u64>) -> u64 {
    HEAD + avcc + stored.map(|size| 4 + size).sum::<u64>() + DIGEST
}

/// Whether the bytes are one or more NAL units, each after its 4-byte length.
fn is_slices(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some((length, after)) = rest.split_first_chunk() {
        let length = u32::from_be_bytes(*length) as usize;
        if length == 0 || length > after.len() {
            return false;
        }
        rest = &after[length..];
    }
    rest.is_empty() && !bytes.is_empty()
}

/// Encodes a loop as a file.
pub fn write(prepared: &PreparedLoop) -> Result<Vec<u8>, LoopFileError> {
    prepared.check()?;
    let avcc = prepared.config.avcc();
    // `check` bounds every number, so all of them fit in 32 bits.
    let mut file = Vec::with_capacity(prepared.file_bytes() as usize);
    file.put_slice(MAGIC);
    file.put_u16(VERSION);
    file.put_u32(avcc.len() as u32);
    file.put_u32(prepared.frames.len() as u32);
    file.put_u32(prepared.gops().each() as u32);
    file.put_u32(prepared.hud_top);
    let stored = || prepared.frames.iter().chain(&prepared.restarts);
    for frame in stored() {
        file.put_u32(frame.len() as u32);
    }
    file.put_slice(avcc);
    for frame in stored() {
        file.put_slice(frame);
    }
    let digest = blake3::hash(&file);
    file.put_slice(digest.as_bytes());
    Ok(file)
}

/// Reads a whole file. The frames of the loop are slices of `file`: nothing is copied, and the whole file
/// stays in memory until the last of them is dropped.
pub fn read(file: &Bytes) -> Result<PreparedLoop, LoopFileError> {
    let has = file.len() as u64;
    if has > MAX_FILE {
        return Err(LoopFileError::TooLarge(has));
    }
    if !file.starts_with(MAGIC) {
        return Err(LoopFileError::Magic);
    }
    if has < HEAD + DIGEST {
        let needs = HEAD + DIGEST;
        return Err(LoopFileError::Length { needs, has });
    }
    // `get_*` and `split_to` panic if too few bytes are left, so the length is
    // checked before each. Here `HEAD` bytes exist.
    let mut rest = file.slice(MAGIC.len()..);
    let version = rest.get_u16();
    if version != VERSION {
        return Err(LoopFileError::Version(version));
    }
    let [avcc, count, part, hud_top] = std::array::from_fn(|_| rest.get_u32());
    if count == 0 || count as usize > MAX_FRAMES {
        return Err(LoopFileError::Frames(count.into()));
    }
    let gops = Gops::of(Frames(count.into()));
    if u64::from(part) != gops.each() {
        return Err(LoopFileError::Gops {
            frames: count as usize,
            part: part.into(),
            restarts: gops.count(),
        });
    }
    let stored = u64::from(count) + gops.count() as u64;
    let needs = HEAD + 4 * stored + DIGEST;
    if has < needs {
        return Err(LoopFileError::Length { needs, has });
    }
    let sizes: Vec<u32> = (0..stored).map(|_| rest.get_u32()).collect();
    let needs = file_bytes(avcc.into(), sizes.iter().map(|size| u64::from(*size)));
    if has != needs {
        return Err(LoopFileError::Length { needs, has });
    }
    let (said, digest) = file.split_at(file.len() - blake3::OUT_LEN);
    if blake3::hash(said) != *digest {
        return Err(LoopFileError::Digest);
    }
    // All pieces together are as long as the file, so `split_to` cannot panic.
    let mut piece = |size: u32| rest.split_to(size as usize);
    let config = AvcConfig::new(piece(avcc))?;
    let mut frames: Vec<Bytes> = sizes.into_iter().map(piece).collect();
    let restarts = frames.split_off(count as usize);
    let prepared = PreparedLoop {
        config,
        frames,
        restarts,
        hud_top,
    };
    prepared.check()?;
    Ok(prepared)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An avcC as libx264 writes it for 320x180 in High profile.
    const AVCC: &[u8] = b"\x01\x64\x00\x1f\xff\xe1\0\x04\x67\x64\0\x1f\x01\0\x02\x68\xeb\xfd\xf8\xf8\0";

    /// NAL units after their 4-byte lengths.
    fn slices(nals: &[Vec<u8>]) -> Bytes {
        let mut out = Vec::new();
        for nal in nals {
            out.put_u32(nal.len() as u32);
            out.put_slice(nal);
        }
        out.into()
    }

    /// A loop of three frames. `filling` distinguishes loops. Each
    /// frame and the restart form have `bytes` bytes.
    pub(crate) fn sample(filling: u8, bytes: usize) -> PreparedLoop {
        let frame = |k: u8| slices(&[vec![filling, k], vec![filling; bytes - 10]]);
        PreparedLoop {
            config: AvcConfig::new(Bytes::from_static(AVCC)).expect("a sound avcC"),
            frames: (0..3).map(frame).collect(),
            restarts: vec![frame(9)],
            hud_top: 640,
        }
    }

    fn any_prepared() -> impl Strategy<Value = PreparedLoop> {
        let nal = || prop::collection::vec(any::<u8>(), 1..60);
        let frame = || prop::collection::vec(nal(), 1..4).prop_map(|nals| slices(&nals));
        let frames = prop::collection::vec(frame(), 1..40);
        let restarts = prop::collection::vec(frame(), 2..=2);
        (frames, restarts, 0..=MAX_LINES).prop_map(|(frames, mut restarts, hud_top)| {
            restarts.truncate(Gops::of(Frames(frames.len() as u64)).count());
            PreparedLoop {
                config: sample(0, 10 + 1).config,
                frames,
                restarts,
                hud_top,
            }
        })
    }

    /// Recomputes the digest at the end of a file after its bytes were changed.
    fn seal(mut file: Vec<u8>) -> Bytes {
        file.truncate(file.len() - blake3::OUT_LEN);
        let digest = blake3::hash(&file);
        file.extend(digest.as_bytes());
        file.into()
    }

    /// Reads a file in which the number at offset `at` was replaced and the digest recomputed.
    fn forged(at: usize, number: u32) -> Result<PreparedLoop, LoopFileError> {
        let mut file = write(&sample(1, 20)).expect("a sound loop");
        file[at..at + 4].copy_from_slice(&number.to_be_bytes());
        read(&seal(file))
    }

    #[test]
    fn every_part_of_a_loop_that_was_read_lies_in_the_file() {
        let file = Bytes::from(write(&sample(1, 100)).expect("a sound loop"));
        let lies = |part: &Bytes| file.as_ptr_range().contains(&part.as_ptr());
        let read = read(&file).expect("as it was written");
        assert!(lies(read.config.avcc()) && lies(&read.restarts[0]));
        assert!(read.frames.iter().all(lies));
    }

    #[test]
    fn any_bit_that_is_flipped_is_found() {
        let file = write(&sample(1, 20)).expect("a sound loop");
        for bit in 0..8 * file.len() {
            let mut flipped = file.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(read(&flipped.into()).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn numbers_that_only_a_forger_writes_are_refused() {
        let huge = u32::MAX;
        assert_eq!(forged(12, huge), Err(LoopFileError::Frames(huge.into())));
        assert_eq!(forged(12, 0), Err(LoopFileError::Frames(0)));
        assert!(matches!(forged(12, 17_999), Err(LoopFileError::Gops { .. })));
        assert!(matches!(forged(16, 2), Err(LoopFileError::Gops { part: 2, .. })));
        // The sizes of the avcC, of the first frame and of the restart form.
        for at in [8, 24, 36] {
            assert!(
                matches!(forged(at, huge), Err(LoopFileError::Length { .. })),
                "at {at}"
            );
        }
        assert_eq!(forged(20, huge), Err(LoopFileError::Lines(huge)));
        let first_frame = 24 + 4 * 4 + AVCC.len();
        assert_eq!(forged(first_frame, huge), Err(LoopFileError::Slices(0)));
        assert_eq!(forged(first_frame, 0), Err(LoopFileError::Slices(0)));
        let bad_avcc = forged(first_frame - AVCC.len(), 0);
        assert!(matches!(bad_avcc, Err(LoopFileError::Config(_))), "{bad_avcc:?}");
    }

    #[test]
    fn other_files_and_other_versions_are_told_apart() {
        let mut file = write(&sample(1, 20)).expect("a sound loop");
        file[7] = 1;
        assert_eq!(read(&seal(file)), Err(LoopFileError::Version(1)));
        assert_eq!(
            read(&Bytes::from_static(b"\0\0\0\x20ftyp")),
            Err(LoopFileError::Magic)
        );
        assert_eq!(read(&Bytes::new()), Err(LoopFileError::Magic));
    }

    #[test]
    fn a_loop_that_could_not_be_read_is_not_written() {
        let with = |change: fn(&mut PreparedLoop)| {
            let mut prepared = sample(1, 20);
            change(&mut prepared);
            write(&prepared)
        };
        assert_eq!(with(|p| p.frames.clear()), Err(LoopFileError::Frames(0)));
        assert_eq!(
            with(|p| p.frames = vec![p.restarts[0].clone(); MAX_FRAMES + 1]),
            Err(LoopFileError::Frames(MAX_FRAMES as u64 + 1))
        );
        assert_eq!(
            with(|p| p.frames[2] = Bytes::new()),
            Err(LoopFileError::Slices(2))
        );
        let cut = |p: &mut PreparedLoop| p.restarts[0].truncate(15);
        assert_eq!(with(cut), Err(LoopFileError::Restart(0)));
        let more = |p: &mut PreparedLoop| p.restarts.push(p.restarts[0].clone());
        assert!(matches!(with(more), Err(LoopFileError::Gops { restarts: 2, .. })));
        let large = |p: &mut PreparedLoop| p.frames = vec![slices(&[vec![7; 1 << 20]]); 256];
        assert!(matches!(with(large), Err(LoopFileError::TooLarge(_))));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_and_cut_off_anywhere_it_is_refused(prepared in any_prepared()) {
            let file = Bytes::from(write(&prepared).expect("a sound loop"));
            prop_assert_eq!(file.len() as u64, prepared.file_bytes());
            for length in 0..file.len() {
                prop_assert!(read(&file.slice(..length)).is_err(), "cut off at byte {}", length);
            }
            prop_assert_eq!(read(&file), Ok(prepared));
        }

        #[test]
        fn flipped_bits_are_found(prepared in any_prepared(), bits in prop::collection::hash_set(0usize..1 << 20, 1..20)) {
            let mut file = write(&prepared).expect("a sound loop");
            let all = 8 * file.len();
            let bits: std::collections::HashSet<usize> = bits.into_iter().map(|bit| bit % all).collect();
            for bit in bits {
                file[bit / 8] ^= 1 << (bit % 8);
            }
            prop_assert!(read(&file.into()).is_err());
        }

        /// A forged file with a correct digest is refused, or it is the one encoding of its loop.
        #[test]
        fn forged_files_do_no_harm(
            prepared in any_prepared(),
            changes in prop::collection::vec((0usize..400, any::<u8>()), 0..6),
        ) {
            let mut file = write(&prepared).expect("a sound loop");
            for (at, byte) in changes {
                let at = at % file.len();
                file[at] = byte;
            }
            let file = seal(file);
            if let Ok(prepared) = read(&file) {
                prop_assert_eq!(write(&prepared), Ok(file.to_vec()));
            }
        }
    }
}
