//! The whole sound of a workout, encoded once, in a file of the store. For workouts with the clips' own
//! sound, whose frames no other workout shares.
//!
//! [`Recorder`] writes the file, [`Recorded`] reads any frames of it. This module encodes and mixes nothing.
//!
//! ```text
//! magic     7 bytes  "VCSOUND"
//! version   u8
//! payload            the frames in order, without gaps
//! sizes     u16      of each frame, in bytes
//! config    3 bytes  object type, index of the rate, channels
//! length    u64      samples
//! digest    32 bytes BLAKE3 of everything before it
//! ```
//!
//! Integers are big endian. Frames are written as they come and read when they are requested.
//! Four hours are 230 MB, of which only the offsets of the frames, 2.7 MB, are in memory. A file
//! that is removed while it is open stays readable.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;

use bytes::{BufMut as _, Bytes};
use tempfile::{NamedTempFile, TempPath};
use tokio::io::{AsyncWriteExt as _, BufWriter};

use crate::mp4::AacConfig;
use crate::sound::FRAME_SAMPLES;
use crate::units::Samples;
use crate::workout::MAX_LENGTH;

const MAGIC: &[u8; 7] = b"VCSOUND";
/// Raised when the layout or the meaning of a field changes.
const VERSION: u8 = 1;
const HEAD: u64 = 8;
/// Bytes after the sizes: config, length, digest.
const TAIL: u64 = 3 + 8 + blake3::OUT_LEN as u64;
/// Size of the write buffer in bytes.
const BUFFER: usize = 256 << 10;

/// Why a file is not a recorded sound.
#[derive(Debug, thiserror::Error)]
pub enum RecordedError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] io::Error),
    /// The file does not begin with the magic, or another version of the program wrote it.
    #[error("this is not the file of a recorded sound")]
    Magic,
    /// The sizes in the file do not match its length, which is given here.
    #[error("the file has {0} bytes, which are not what it says")]
    Length(u64),
    /// The bytes have changed since the file was written.
    #[error("the digest of the file's bytes is another than the one at its end")]
    Digest,
    /// The AAC parameters have reserved values.
    #[error("the file says nothing sensible of what its frames are")]
    Config,
}

/// A recorded sound with its open file. Shared by all readers.
#[derive(Debug)]
pub struct Recorded {
    config: AacConfig,
    length: Samples,
    /// The offset in the payload at which each frame ends. Four hours of the largest frames end before 2^32.
    ends: Box<[u32]>,
    digest: blake3::Hash,
    /// Read at given offsets, so that readers need not wait for each other.
    file: File,
}

impl Recorded {
    /// Opens a file and checks all of it, which reads the whole file once.
    pub fn open(mut file: File) -> Result<Self, RecordedError> {
        let bytes = file.metadata()?.len();
        if bytes < HEAD + TAIL {
            return Err(RecordedError::Length(bytes));
        }
        let mut head = [0; HEAD as usize];
        file.read_exact(&mut head)?;
        if !head.starts_with(MAGIC) || head[MAGIC.len()] != VERSION {
            return Err(RecordedError::Magic);
        }
        file.seek(SeekFrom::Start(bytes - TAIL))?;
        let mut tail = [0; TAIL as usize];
        file.read_exact(&mut tail)?;
        let ([object_type, rate, channels], rest) = parts::<3>(&tail);
        let (length, said) = parts::<8>(rest);
        let length = Samples(u64::from_be_bytes(length));
        let sizes = 2 * length.0.div_ceil(FRAME_SAMPLES);
        if length > MAX_LENGTH.samples() || bytes < HEAD + sizes + TAIL {
            return Err(RecordedError::Length(bytes));
        }
        file.seek(SeekFrom::Start(bytes - TAIL - sizes))?;
        let mut packed = vec![0; sizes as usize];
        file.read_exact(&mut packed)?;
        let ends = ends(
            packed
                .chunks_exact(2)
                .map(|size| u16::from_be_bytes([size[0], size[1]])),
        );
        if u64::from(ends.last().copied().unwrap_or(0)) != bytes - HEAD - sizes - TAIL {
            return Err(RecordedError::Length(bytes));
        }
        file.rewind()?;
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader((&file).take(bytes - blake3::OUT_LEN as u64))?;
        let digest = hasher.finalize();
        if digest != *said {
            return Err(RecordedError::Digest);
        }
        Ok(Self {
            config: AacConfig::new(object_type, rate, channels).ok_or(RecordedError::Config)?,
            length,
            ends,
            digest,
            file,
        })
    }

    /// The AAC parameters of the frames.
    #[must_use]
    pub fn config(&self) -> AacConfig {
        self.config
    }

    /// The duration of all frames together: that of the video frames.
    #[must_use]
    pub fn length(&self) -> Samples {
        self.length
    }

    /// Names every byte of the file before the digest.
    #[must_use]
    pub fn digest(&self) -> &blake3::Hash {
        &self.digest
    }

    /// Size of all frames in the file, in bytes.
    #[must_use]
    pub fn on_disk(&self) -> u64 {
        self.byte_range(0..self.ends.len() as u64).end
    }

    /// Bytes of memory that the offsets of the frames take.
    #[must_use]
    pub fn in_memory(&self) -> usize {
        size_of_val(&*self.ends)
    }

    /// Offsets of these frames in the payload. Frames after the last one are empty.
    fn byte_range(&self, frames: Range<u64>) -> Range<u64> {
        let end = |frame: u64| {
            let last = frame.min(self.ends.len() as u64).checked_sub(1);
            last.map_or(0, |last| u64::from(self.ends[last as usize]))
        };
        let start = end(frames.start);
        start..end(frames.end).max(start)
    }

    /// Size of these frames together, in bytes.
    #[must_use]
    pub fn size(&self, frames: Range<u64>) -> u64 {
        let range = self.byte_range(frames);
        range.end - range.start
    }

    /// Reads these frames, one after the other. Blocks on the disk unless the system has the file in memory.
    pub fn read(&self, frames: Range<u64>) -> io::Result<Bytes> {
        let range = self.byte_range(frames);
        let mut bytes = vec![0; (range.end - range.start) as usize];
        read_at(&self.file, &mut bytes, HEAD + range.start)?;
        Ok(bytes.into())
    }
}

/// Fills `bytes` from an offset of a file, without a file position that readers would share.
#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

/// Fills `bytes` from an offset of a file. On Windows a read moves the
/// position of the file, which nothing else uses.
#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        offset += read as u64;
    }
    Ok(())
}

/// Splits `bytes` into the first N bytes and the rest. Only for arrays and slices of known size.
fn parts<const N: usize>(bytes: &[u8]) -> ([u8; N], &[u8]) {
    bytes
        .split_first_chunk::<N>()
        .map_or(([0; N], &[]), |(first, rest)| (*first, rest))
}

fn ends(sizes: impl Iterator<Item = u16>) -> Box<[u32]> {
    let ends = sizes.scan(0_u32, |end, size| {
        // No overflow: the longest workout bounds the sum.
        *end += u32::from(size);
        Some(*end)
    });
    ends.collect()
}

/// Writes a recording frame by frame. If it is dropped before [`finish`](Self::finish), it leaves no file.
#[derive(Debug)]
pub struct Recorder {
    file: BufWriter<tokio::fs::File>,
    path: TempPath,
    hasher: blake3::Hasher,
    sizes: Vec<u16>,
}

impl Recorder {
    /// Writes into `temp`, which must be empty and open for reading, too.
    pub async fn new(temp: NamedTempFile) -> io::Result<Self> {
        let (file, path) = temp.into_parts();
        let mut recorder = Self {
            file: BufWriter::with_capacity(BUFFER, tokio::fs::File::from_std(file)),
            path,
            hasher: blake3::Hasher::new(),
            sizes: Vec::new(),
        };
        recorder.put(MAGIC).await?;
        recorder.put(&[VERSION]).await?;
        Ok(recorder)
    }

    /// Appends the next frame. Fails if the frame has more than 65,535 bytes.
    pub async fn push(&mut self, frame: &[u8]) -> io::Result<()> {
        let size = u16::try_from(frame.len()).map_err(io::Error::other)?;
        self.sizes.push(size);
        self.put(frame).await
    }

    /// Ends the recording after the last frame. Returns it with its file, which
    /// is on the disk but has no permanent name yet.
    ///
    /// Fails if the frames do not last `length`.
    pub async fn finish(mut self, config: AacConfig, length: Samples) -> io::Result<(Recorded, TempPath)> {
        if self.sizes.len() as u64 != length.0.div_ceil(FRAME_SAMPLES) || length > MAX_LENGTH.samples() {
            let frames = self.sizes.len();
            return Err(io::Error::other(format!(
                "{frames} frames do not last {length} samples"
            )));
        }
        let mut end = Vec::with_capacity(2 * self.sizes.len() + TAIL as usize);
        self.sizes.iter().for_each(|size| end.put_u16(*size));
        end.put_slice(&config.fields());
        end.put_u64(length.0);
        self.put(&end).await?;
        let digest = self.hasher.finalize();
        self.file.write_all(digest.as_bytes()).await?;
        self.file.flush().await?;
        let file = self.file.into_inner();
        file.sync_all().await?;
        let recorded = Recorded {
            config,
            length,
            ends: ends(self.sizes.into_iter()),
            digest,
            file: file.into_std().await,
        };
        Ok((recorded, self.path))
    }

    async fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.file.write_all(bytes).await
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Frames of various sizes, also of sizes that AAC does not have.
    pub(crate) fn frames(count: usize) -> Vec<Vec<u8>> {
        (0..count).map(|n| vec![n as u8; (n * 37) % 90]).collect()
    }

    /// A recording of these frames in a folder. The last frame is cut short.
    pub(crate) async fn record(
        folder: &std::path::Path,
        frames: &[Vec<u8>],
    ) -> io::Result<(Recorded, TempPath)> {
        let mut recorder = Recorder::new(NamedTempFile::new_in(folder)?).await?;
        for frame in frames {
            recorder.push(frame).await?;
        }
        let length = Samples(frames.len() as u64 * FRAME_SAMPLES - 24);
        recorder.finish(AacConfig::LC_48K_STEREO, length).await
    }

    #[tokio::test]
    async fn any_frames_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let frames = frames(50);
        let (written, path) = record(folder.path(), &frames).await.expect("a recording");
        let opened = Recorded::open(File::open(&path).expect("a file")).expect("a sound file");
        assert_eq!(opened.digest(), written.digest());
        assert_eq!(
            (opened.config(), opened.length(), opened.on_disk()),
            (written.config(), written.length(), frames.concat().len() as u64)
        );
        drop(path);
        for recorded in [written, opened] {
            for (from, to) in [(0, 50), (49, 50), (7, 7), (3, 20), (40, 60), (60, 70)] {
                let known = &frames[from.min(50)..to.min(50)];
                let (from, to) = (from as u64, to as u64);
                assert_eq!(
                    recorded.size(from..to),
                    known.concat().len() as u64,
                    "{from}..{to}"
                );
                assert_eq!(
                    recorded.read(from..to).expect("its bytes"),
                    known.concat(),
                    "{from}..{to}"
                );
            }
        }
    }

    #[tokio::test]
    async fn any_bit_that_is_flipped_and_any_cut_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let (_, path) = record(folder.path(), &frames(5)).await.expect("a recording");
        let whole = std::fs::read(&path).expect("a file");
        let opened = |bytes: &[u8]| {
            let path = folder.path().join("changed");
            std::fs::write(&path, bytes).expect("a file");
            Recorded::open(File::open(path).expect("a file"))
        };
        assert!(opened(&whole).is_ok());
        for bit in 0..8 * whole.len() {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(opened(&flipped).is_err(), "bit {bit}");
        }
        for length in 0..whole.len() {
            assert!(opened(&whole[..length]).is_err(), "{length} bytes");
        }
    }

    #[tokio::test]
    async fn a_recording_of_another_length_is_none_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let temp = NamedTempFile::new_in(folder.path()).expect("a file");
        let mut recorder = Recorder::new(temp).await.expect("a recorder");
        recorder.push(&[1, 2, 3]).await.expect("room on the disk");
        let short = recorder.finish(AacConfig::LC_48K_STEREO, Samples(1025)).await;
        assert!(short.is_err(), "one frame lasts 1024 samples");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}
