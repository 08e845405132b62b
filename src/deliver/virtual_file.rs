//! A virtual file: a list of blocks with their offsets, and a reader for any range of it.
//!
//! For `movie` and `hls`, which lay files out, and for HTTP, which reads them. This module does not know
//! which boxes a file has.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use tokio::task::JoinHandle;

use crate::single_flight::SingleFlightError;
use crate::stitch::{HudSliceWriter, StitchedVideo, StoredFrame, VideoError};

/// Part of every ETag. To be raised when files are laid out differently.
const LAYOUT_VERSION: u8 = 2;
/// Pieces shorter than this are copied into one buffer. A separate write for each slice of ten bytes would
/// cost more than the copy.
const SMALL: usize = 16 << 10;
/// The most bytes that are gathered in one buffer. A reader begins with [`SMALL`] bytes and doubles the
/// number each time, so that the first bytes leave at once.
const GATHERED: usize = 128 << 10;

/// Why a file cannot be laid out or read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DeliverError {
    /// A part of the video cannot be read or written, see [`VideoError`].
    #[error(transparent)]
    Video(#[from] VideoError),
    /// The header of a segment cannot be written.
    #[error("a segment cannot be written: {0}")]
    Segment(#[from] crate::mp4::WriteError),
    /// The task that lays out or reads the file panicked or was cancelled.
    #[error("a file cannot be laid out: {0}")]
    Broken(Arc<tokio::task::JoinError>),
    /// The single flight for this layout gave no result: too many are in flight, or its task broke off.
    #[error(transparent)]
    SingleFlight(#[from] SingleFlightError),
}

/// The content of one stretch of a file.
#[derive(Debug, Clone)]
pub(super) enum Block {
    /// Fixed bytes, stored in the layout.
    Bytes(Bytes),
    /// A stored frame of a loop, without HUD slice.
    Stored(StoredFrame),
    /// Video frames of the video, by number, each followed by its HUD slice.
    Frames(Range<u64>),
    /// Audio frames of the video, by number.
    Sound(Range<u64>),
}

/// The layout of a file: its blocks and their offsets. It holds no part of the video, so that a cached layout
/// keeps no loop in memory.
#[derive(Debug)]
pub(super) struct FileLayout {
    /// Each block with the offset of its first byte, rising. No block is empty.
    blocks: Box<[(u64, Block)]>,
    length: u64,
    etag: String,
}

impl FileLayout {
    /// Lays out the head and then the other blocks, each given with its size in bytes, without gaps. `head`
    /// must describe where everything else is: together with the video's digest it then identifies all bytes,
    /// and the ETag is made from both.
    pub(super) fn new(video: &StitchedVideo, head: Bytes, rest: Vec<(Block, u64)>) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[LAYOUT_VERSION]);
        hasher.update(video.digest().as_bytes());
        let mut length = 0;
        let size = head.len() as u64;
        let all = std::iter::once((Block::Bytes(head), size)).chain(rest);
        let blocks = all.filter(|(_, size)| *size > 0).map(|(block, size)| {
            let at = length;
            length += size;
            // Texts are not part of the video, so the video's digest does not cover them.
            if let Block::Bytes(bytes) = &block {
                hasher.update(bytes);
            }
            (at, block)
        });
        let blocks = blocks.collect();
        Self {
            blocks,
            length,
            etag: format!("\"{}\"", &hasher.finalize().to_hex()[..32]),
        }
    }

    /// Bytes of memory that the layout takes.
    pub(super) fn bytes(&self) -> usize {
        let own = |(_, block): &(u64, Block)| match block {
            Block::Bytes(bytes) => bytes.len(),
            _ => 0,
        };
        self.blocks.len() * size_of::<(u64, Block)>() + self.blocks.iter().map(own).sum::<usize>()
    }
}

/// A file that is not stored, see the module. Clones are cheap and share all data.
#[derive(Debug, Clone)]
pub struct VirtualFile {
    video: Arc<StitchedVideo>,
    layout: Arc<FileLayout>,
}

impl VirtualFile {
    /// Combines a video with a layout. The layout must have been made for this video, or for another one with
    /// the same digest and the same plan.
    pub(super) fn new(video: Arc<StitchedVideo>, layout: Arc<FileLayout>) -> Self {
        Self { video, layout }
    }

    /// Length of the file in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.layout.length
    }

    /// Always false: every file has a head.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.layout.length == 0
    }

    /// The ETag with its quotes: a strong validator, so equal tags mean equal bytes.
    #[must_use]
    pub fn etag(&self) -> &str {
        &self.layout.etag
    }

    /// Bytes of memory that the layout takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.layout.bytes()
    }

    /// Reads a range. A range that exceeds the file is cut at its end.
    #[must_use]
    pub fn read(&self, range: Range<u64>) -> Reader {
        let end = range.end.min(self.layout.length);
        let start = range.start.min(end);
        let block = self.layout.blocks.partition_point(|(at, _)| *at <= start);
        let block = block.saturating_sub(1);
        Reader {
            file: self.clone(),
            block,
            at: self.layout.blocks.get(block).map_or(start, |(at, _)| *at),
            within: 0,
            start,
            end,
            writer: None,
            ready: VecDeque::new(),
            gathers: SMALL,
            failed: false,
        }
    }
}

/// The bytes at one place, and the part of them that is wanted.
type Piece<'f> = (Cow<'f, Bytes>, Range<usize>);

/// Reads a range of a [`VirtualFile`] in pieces. Large pieces are passed on as they are stored; small ones
/// are gathered.
pub struct Reader {
    file: VirtualFile,
    /// The next piece: its block, its offset in the file, and its index within the block.
    block: usize,
    at: u64,
    within: u64,
    /// The range that was not yet read.
    start: u64,
    end: u64,
    writer: Option<HudSliceWriter>,
    ready: VecDeque<Bytes>,
    /// Bytes to gather in the next buffer.
    gathers: usize,
    failed: bool,
}

impl Reader {
    /// Bytes that the reader has still to return.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.end - self.start + self.ready.iter().map(|piece| piece.len() as u64).sum::<u64>()
    }

    /// Converts the reader to an asynchronous stream.
    #[must_use]
    pub fn stream(self) -> ReaderStream {
        ReaderStream::new(self)
    }

    /// The next piece of the range that lies in one place: the bytes there, and the part of them that is
    /// wanted. Borrowed, because reference counting a frame of six bytes would cost more than copying it.
    fn piece<'f>(&mut self, of: &'f VirtualFile) -> Result<Option<Piece<'f>>, DeliverError> {
        let video = &*of.video;
        while self.start < self.end {
            let Some((_, block)) = of.layout.blocks.get(self.block) else {
                return Ok(None);
            };
            // A video frame has two pieces: the stored frame and its HUD slice. Several audio frames may be
            // one piece.
            let mut pieces = 1;
            let (number, size) = match block {
                Block::Bytes(bytes) => (self.within, (self.within == 0).then_some(bytes.len())),
                Block::Stored(stored_frame) => (
                    self.within,
                    (self.within == 0).then(|| video.frame_bytes(*stored_frame).len()),
                ),
                Block::Sound(audio_frames) => {
                    let number = audio_frames.start + self.within;
                    let together = video.sound().together(number..audio_frames.end);
                    pieces = together.end.saturating_sub(number);
                    (
                        number,
                        (pieces > 0).then(|| video.sound().size(together) as usize),
                    )
                }
                Block::Frames(frames) => {
                    let number = frames.start + self.within / 2;
                    let size = || match self.within % 2 {
                        0 => video.frame_bytes(video.stored_frame(number)).len(),
                        _ => video.slice_size(number) as usize,
                    };
                    (number, (number < frames.end).then(size))
                }
            };
            let Some(size) = size else {
                (self.block, self.within) = (self.block + 1, 0);
                continue;
            };
            let (at, end) = (self.at, self.at + size as u64);
            let slice = matches!(block, Block::Frames(_)) && self.within % 2 == 1;
            let bytes = if end <= self.start {
                None
            } else {
                Some(match block {
                    Block::Bytes(bytes) => Cow::Borrowed(bytes),
                    Block::Stored(stored_frame) => Cow::Borrowed(video.frame_bytes(*stored_frame)),
                    Block::Sound(_) => video.audio_frames(number..number + pieces)?,
                    Block::Frames(_) if !slice => {
                        Cow::Borrowed(video.frame_bytes(video.stored_frame(number)))
                    }
                    Block::Frames(_) => Cow::Owned(video.slice(&mut self.writer, number)?),
                })
            };
            (self.at, self.within) = (end, self.within + pieces);
            if let Some(bytes) = bytes {
                let from = (self.start - at) as usize;
                let to = (self.end.min(end) - at) as usize;
                self.start = self.end.min(end);
                return Ok(Some((bytes, from..to)));
            }
        }
        Ok(None)
    }

    /// The next bytes to send: a large piece, or a buffer of small ones.
    fn gather(&mut self) -> Result<Option<Bytes>, DeliverError> {
        if let Some(ready) = self.ready.pop_front() {
            return Ok(Some(ready));
        }
        let file = self.file.clone();
        let most = (self.gathers + SMALL) as u64;
        let room = most.min(self.end - self.start) as usize;
        let mut gathered = BytesMut::new();
        while let Some((bytes, wanted)) = self.piece(&file)? {
            if wanted.len() >= SMALL {
                let piece = bytes.slice(wanted);
                if gathered.is_empty() {
                    return Ok(Some(piece));
                }
                self.ready.push_back(piece);
                break;
            }
            if gathered.is_empty() {
                gathered.reserve(room);
            }
            gathered.extend_from_slice(&bytes[wanted]);
            if gathered.len() >= self.gathers {
                break;
            }
        }
        self.gathers = GATHERED.min(2 * self.gathers);
        Ok((!gathered.is_empty()).then(|| gathered.freeze()))
    }
}

impl Iterator for Reader {
    type Item = Result<Bytes, DeliverError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.gather().transpose();
        self.failed = matches!(next, Some(Err(_)));
        next
    }
}

/// A [`Reader`] as an asynchronous stream.
///
/// Bytes that are not stored in memory are written within microseconds, in the task that polls the stream.
/// Recorded sound lies in a file, and reading it may wait for the disk: then every piece is read on a thread
/// where blocking is allowed.
#[derive(Debug)]
pub enum ReaderStream {
    /// All stored parts of the video are in memory.
    Memory(Reader),
    /// The sound is on the disk. The reader rests here between two pieces; `None` after a failed read.
    Disk(Option<Reader>),
    /// A blocking thread reads the next piece.
    Reading(JoinHandle<(Reader, Option<Result<Bytes, DeliverError>>)>),
}

impl ReaderStream {
    fn new(reader: Reader) -> Self {
        if reader.file.video.sound().on_disk().is_some() {
            Self::Disk(Some(reader))
        } else {
            Self::Memory(reader)
        }
    }
}

impl Stream for ReaderStream {
    type Item = Result<Bytes, DeliverError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match &mut *self {
                Self::Memory(reader) => return Poll::Ready(reader.next()),
                Self::Disk(reader) => {
                    let Some(mut reader) = reader.take() else {
                        return Poll::Ready(None);
                    };
                    let reading = tokio::task::spawn_blocking(move || {
                        let next = reader.next();
                        (reader, next)
                    });
                    *self = Self::Reading(reading);
                }
                Self::Reading(reading) => {
                    let read = std::task::ready!(Pin::new(reading).poll(context));
                    let (reader, next) = match read {
                        Ok((reader, next)) => (Some(reader), next),
                        Err(error) => (None, Some(Err(DeliverError::Broken(Arc::new(error))))),
                    };
                    *self = Self::Disk(reader);
                    return Poll::Ready(next);
                }
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take().filter(|_| !self.failed) {
            self.file.video.give_back(writer);
        }
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("range", &(self.start..self.end))
            .finish_non_exhaustive()
    }
}
