//! Samples out of the fragmented MP4 that FFmpeg writes to a pipe, as they arrive.

use std::collections::VecDeque;

use bytes::Bytes;
use mp4_atom::{FourCC, Trex};

use super::boxes::{BoxHeader, ReadError};
use super::header::{self, VideoHeader};
use super::queue::ByteQueue;
use super::sample::Sample;
use super::track_run::{self, Announced};

/// Bytes of moov or moof that are held to be parsed. FFmpeg's are below 1 KiB and 16 bytes a sample.
const MAX_PARSED: usize = 1 << 20;

/// What a stream consists of: first its header, then its video frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// What the video frames are.
    Header(VideoHeader),
    /// The next video frame. Its duration is in ticks of the header's timescale.
    Sample(Sample),
}

/// Reads the one video track of a fragmented MP4 that is pushed piece by piece; other tracks are passed over.
///
/// Push what came, then pull until `None`; at the end of the stream call [`finish`](Self::finish). Holds
/// no more than what was pushed and not yet pulled, and needs at most one sample (16 MiB) or one moov or
/// moof (1 MiB) to go on. A sample that lies in one piece is a slice of it and keeps it alive. Of the stream's times only durations are kept: decode times and edit lists
/// are for the caller to set anew.
#[derive(Debug)]
pub struct FragmentReader {
    queue: ByteQueue,
    state: State,
    track: Option<Trex>,
    /// Samples of the last moof that have not been pulled, in stream order.
    announced: VecDeque<Announced>,
}

#[derive(Debug)]
enum State {
    /// At the first byte of a box, or of nothing.
    Between,
    /// In a box that is parsed as a whole once `size` bytes of body are there.
    Whole { kind: FourCC, start: u64, size: usize },
    /// In mdat.
    Data { end: u64 },
    /// In a box, or a rest of mdat, that nobody needs.
    Skip { end: u64 },
    /// After an error, which is what every later call gives.
    Failed(ReadError),
}

impl Default for FragmentReader {
    fn default() -> Self {
        Self::new()
    }
}

impl FragmentReader {
    /// At the beginning of a stream.
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
        // What follows an error is never read, so it is not kept.
        if !matches!(self.state, State::Failed(_)) {
            self.queue.push(bytes);
        }
    }

    /// The next event; `None` until more is pushed. After an error, the same error for ever.
    pub fn pull(&mut self) -> Result<Option<Event>, ReadError> {
        let result = self.advance();
        if let Err(error) = &result {
            self.state = State::Failed(error.clone());
            self.announced.clear();
            self.queue = ByteQueue::default();
        }
        result
    }

    /// Whether the stream, all of it pushed and pulled, ended between two fragments.
    ///
    /// It does not tell that nothing follows: that FFmpeg meant to stop there is for its exit status to say.
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

    /// Reads a box's header and decides what to do with its body.
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

/// What one step of the reader came to.
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
