//! Reads video samples from the fragmented MP4 that FFmpeg writes to a pipe, while the stream arrives.
//!
//! For the renderers. [`FragmentReader`] reads no pipe itself: the caller pushes bytes and pulls events.

use std::collections::VecDeque;

use bytes::Bytes;
use mp4_atom::{FourCC, Trex};

use super::boxes::{BoxHeader, ReadError};
use super::header::{self, VideoHeader};
use super::queue::ByteQueue;
use super::sample::Sample;
use super::track_run::{self, Announced};

/// Largest body of a moov or moof, in bytes. The reader holds the body in memory to parse it. FFmpeg's boxes
/// are smaller than 1 KiB plus 16 bytes per sample.
const MAX_PARSED: usize = 1 << 20;

/// An item of a stream: first the header, then the video frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Decoder parameters, frame size and timescale of the video frames.
    Header(VideoHeader),
    /// The next video frame. Its duration is in ticks of the header's timescale.
    Sample(Sample),
}

/// Reads the only video track of a fragmented MP4 that arrives in pieces. Ignores all other tracks.
///
/// Push the bytes that arrived, then pull until `None`. At the end of the stream, call
/// [`finish`](Self::finish). The reader holds only bytes that were pushed and not yet pulled. To produce an
/// event, it needs at most one whole sample (16 MiB) or one whole moov or moof (1 MiB). If a sample lies in
/// one pushed piece, its data is a slice of that piece and keeps the piece in memory. The reader keeps only
/// the durations of the stream. It drops decode times and edit lists, which the caller must set anew.
#[derive(Debug)]
pub struct FragmentReader {
    queue: ByteQueue,
    state: State,
    track: Option<Trex>,
    /// Samples of the last moof that the caller has not pulled yet, in stream order.
    announced: VecDeque<Announced>,
}

#[derive(Debug)]
enum State {
    /// At the first byte of a box, or at the end of the stream.
    Between,
    /// In a moov or moof. The reader parses the box once `size` bytes of its body have arrived.
    Whole { kind: FourCC, start: u64, size: usize },
    /// In an mdat that ends at stream offset `end`.
    Data { end: u64 },
    /// In a box that the reader does not need, or in an mdat after its last sample.
    Skip { end: u64 },
    /// After an error. Every later call returns the same error.
    Failed(ReadError),
}

impl Default for FragmentReader {
    fn default() -> Self {
        Self::new()
    }
}

impl FragmentReader {
    /// Creates a reader at the beginning of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self {
            queue: ByteQueue::default(),
            state: State::Between,
            track: None,
            announced: VecDeque::new(),
        }
    }

    /// Adds the next bytes of the stream, in pieces of any size.
    pub fn push(&mut self, bytes: Bytes) {
        // The reader never reads beyond an error, so it does not keep later bytes.
        if !matches!(self.state, State::Failed(_)) {
            self.queue.push(bytes);
        }
    }

    /// Returns the next event, or `None` if the caller must push more bytes first. After an error,
    /// every call returns the same error.
    pub fn pull(&mut self) -> Result<Option<Event>, ReadError> {
        let result = self.advance();
        if let Err(error) = &result {
            self.state = State::Failed(error.clone());
            self.announced.clear();
            self.queue = ByteQueue::default();
        }
        result
    }

    /// Checks that the stream ended between two fragments. The caller must have pushed all bytes
    /// and pulled all events.
    ///
    /// Success does not mean that the stream is complete. Only the exit status of FFmpeg says
    /// whether FFmpeg meant to stop there.
    pub fn finish(&self) -> Result<(), ReadError> {
        let inside = match &self.state {
            State::Failed(error) => return Err(error.clone()),
            State::Whole { .. } => "moov or moof",
            State::Data { .. } => "mdat",
            State::Skip { .. } => "a box",
            State::Between if !self.queue.is_empty() => "a box header",
            State::Between if !self.announced.is_empty() => "a fragment",
            State::Between if self.track.is_none() => "the movie header",
            State::Between => return Ok(()),
        };
        Err(ReadError::Truncated {
            offset: self.queue.position() + self.queue.len() as u64,
            inside,
        })
    }

    fn advance(&mut self) -> Result<Option<Event>, ReadError> {
        loop {
            let event = match self.state {
                State::Failed(ref error) => return Err(error.clone()),
                State::Between => self.open_box()?,
                State::Whole { kind, start, size } => self.parse_box(kind, start, size)?,
                State::Data { end } => self.take_sample(end),
                State::Skip { end } => {
                    if self.queue.skip_to(end) {
                        self.state = State::Between;
                        Step::GoOn
                    } else {
                        Step::Wait
                    }
                }
            };
            match event {
                Step::GoOn => {}
                Step::Wait => return Ok(None),
                Step::Emit(event) => return Ok(Some(event)),
            }
        }
    }

    /// Reads the header of a box and decides what to do with its body.
    fn open_box(&mut self) -> Result<Step, ReadError> {
        let start = self.queue.position();
        let Some(header) = self.peek_header()? else {
            return Ok(Step::Wait);
        };
        let end = start.checked_add(header.size).ok_or(ReadError::BadSize {
            kind: header.kind,
            size: header.size,
        })?;
        self.state = match &<[u8; 4]>::from(header.kind) {
            b"moov" | b"moof" => whole(&header, start)?,
            b"mdat" => {
                let inside = self
                    .announced
                    .front()
                    .is_none_or(|s| s.start >= start + header.length)
                    && self.announced.back().is_none_or(|s| s.end() <= end);
                if !inside {
                    return Err(ReadError::OutsideData);
                }
                State::Data { end }
            }
            _ => State::Skip { end },
        };
        self.queue.skip_to(start + header.length);
        Ok(Step::GoOn)
    }

    fn peek_header(&self) -> Result<Option<BoxHeader>, ReadError> {
        let Some(start) = self.queue.peek::<8>() else {
            return Ok(None);
        };
        if !BoxHeader::has_large_size(start) {
            return BoxHeader::parse(start, None).map(Some);
        }
        let Some([_, _, _, _, _, _, _, _, large_size @ ..]) = self.queue.peek::<16>() else {
            return Ok(None);
        };
        BoxHeader::parse(start, Some(large_size)).map(Some)
    }

    fn parse_box(&mut self, kind: FourCC, start: u64, size: usize) -> Result<Step, ReadError> {
        let Some(body) = self.queue.take(size) else {
            return Ok(Step::Wait);
        };
        self.state = State::Between;
        if kind == FourCC::new(b"moov") {
            if self.track.is_some() {
                return Err(ReadError::Duplicate { kind });
            }
            let (header, defaults) = header::read(&body)?;
            self.track = Some(defaults);
            return Ok(Step::Emit(Event::Header(header)));
        }
        let track = self.track.as_ref().ok_or(ReadError::Missing {
            kind: FourCC::new(b"moov"),
        })?;
        if !self.announced.is_empty() {
            return Err(ReadError::Missing {
                kind: FourCC::new(b"mdat"),
            });
        }
        self.announced = track_run::read(&body, start, track)?;
        Ok(Step::GoOn)
    }

    fn take_sample(&mut self, end: u64) -> Step {
        let Some(next) = self.announced.front().copied() else {
            self.state = State::Skip { end };
            return Step::GoOn;
        };
        if !self.queue.skip_to(next.start) {
            return Step::Wait;
        }
        let Some(data) = self.queue.take(next.size as usize) else {
            return Step::Wait;
        };
        self.announced.pop_front();
        Step::Emit(Event::Sample(Sample {
            data,
            duration: next.duration,
            key: next.key,
        }))
    }
}

/// The result of one step of the reader.
enum Step {
    GoOn,
    Wait,
    Emit(Event),
}

fn whole(header: &BoxHeader, start: u64) -> Result<State, ReadError> {
    match usize::try_from(header.size - header.length) {
        Ok(size) if size <= MAX_PARSED => Ok(State::Whole {
            kind: header.kind,
            start,
            size,
        }),
        _ => Err(ReadError::TooLarge {
            kind: header.kind,
            size: header.size,
            limit: MAX_PARSED,
        }),
    }
}
