//! A fragmented MP4 as it comes in, seen at the least cost: box headers and decode times, nothing else.

use std::time::{Duration, Instant};

use super::Outcome;

/// Ticks a second of the video track in the server's videos.
const TIMESCALE: u64 = 90_000;
/// Longer than any moof that is made here.
const LONGEST_HEAD: usize = 1 << 20;

/// Walks over the boxes of a movie.
#[derive(Default)]
pub struct Boxes {
    /// The head of the box that is read, and all of it if it is a moof.
    head: Vec<u8>,
    /// Bytes of the box still to be passed over.
    left: u64,
    in_media: bool,
    decode_time: Duration,
    /// Bytes seen.
    pub bytes: u64,
    /// Whole fragments seen.
    pub fragments: u64,
}

impl Boxes {
    /// Takes bytes; `whole` hears the decode time of each fragment whose last byte is there.
    pub fn see(&mut self, mut piece: &[u8], mut whole: impl FnMut(Duration)) -> Outcome<()> {
        self.bytes += piece.len() as u64;
        while !piece.is_empty() {
            if self.left > 0 {
                let passed = self.left.min(piece.len() as u64);
                self.left -= passed;
                piece = &piece[passed as usize..];
                if self.left == 0 && self.in_media {
                    self.in_media = false;
                    self.fragments += 1;
                    whole(self.decode_time);
                }
                continue;
            }
            let wanted = self.wanted();
            let taken = (wanted - self.head.len()).min(piece.len());
            self.head.extend_from_slice(&piece[..taken]);
            piece = &piece[taken..];
            if self.head.len() == self.wanted() {
                self.open()?;
            }
        }
        Ok(())
    }

    /// Bytes of the head: 8, of which 4 are the size; a moof is read as a whole.
    fn wanted(&self) -> usize {
        match self.head.first_chunk::<8>() {
            Some([a, b, c, d, b'm', b'o', b'o', b'f']) => {
                (u32::from_be_bytes([*a, *b, *c, *d]) as usize).clamp(8, LONGEST_HEAD)
            }
            _ => 8,
        }
    }

    fn open(&mut self) -> Outcome<()> {
        let size = u64::from(u32::from_be_bytes(*self.head.first_chunk().ok_or("no size")?));
        match &self.head[4..8] {
            b"moof" => {
                let at = self.head.windows(4).position(|four| four == b"tfdt");
                // Version and flags, then 64 bits. The first track's is the frames'.
                let time = at.and_then(|at| self.head.get(at + 8..)?.first_chunk());
                let ticks = u64::from_be_bytes(*time.ok_or("a moof without decode time")?);
                self.decode_time = Duration::from_micros(ticks * 1_000_000 / TIMESCALE);
            }
            kind => {
                self.in_media = kind == b"mdat";
                self.left = size.checked_sub(8).ok_or("a box of fewer than 8 bytes")?;
            }
        }
        self.head.clear();
        Ok(())
    }
}

/// A stream and its clock.
pub struct Stream {
    pub start: Instant,
    pub first_fragment: Option<f64>,
    /// When the last piece was there.
    pub wall: f64,
    pub boxes: Boxes,
}

impl Stream {
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
            first_fragment: None,
            wall: 0.0,
            boxes: Boxes::default(),
        }
    }

    pub fn see(&mut self, piece: &[u8]) -> Outcome<()> {
        let Self {
            start,
            first_fragment,
            wall,
            boxes,
        } = self;
        *wall = start.elapsed().as_secs_f64();
        boxes.see(piece, |_| {
            first_fragment.get_or_insert_with(|| start.elapsed().as_secs_f64());
        })
    }
}
