//! The HUD: draws the bar below the exercise as pixels.
//!
//! All renderers show these pixels: raw planar yuv420p (BT.709, limited range). A [`Hud`] belongs to one
//! timeline and draws the *bar* of any frame, which is the HUD as it looks in this frame. The bar depends
//! only on the timeline, the profile, the shown parts, the language and the frame. The frames drawn before
//! only affect how much work a bar takes. This module does not know codecs.
//!
//! | file | decides |
//! | --- | --- |
//! | `countdown` | the values: seconds of the countdown, lit columns of the progress bar |
//! | `name` | the text of the name line |
//! | `layout`, `round_position` | the positions and sizes |
//! | `text` | text -> coverage of pixels |
//! | `colour`, `canvas` | coverage -> planes |

mod canvas;
mod colour;
mod countdown;
mod layout;
mod name;
mod round_position;
mod text;

#[cfg(test)]
mod fit_test;
#[cfg(test)]
mod gallery_test;
#[cfg(test)]
mod tests;

pub use colour::GROUND;
pub use countdown::{countdown_text, progress_columns, seconds_left};

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::units::Frames;
use crate::words::Words;
use crate::workout::{HudParts, Interval, IntervalKind, Language, Profile, Timeline};
use canvas::Canvas;
use colour::{BRIGHT, Ink, MOVE, MUTED, TRACK_MOVE, TRACK_WAIT, WAIT};
use layout::{HudLayout, RoundPositionLayout};
use name::NameLine;
use round_position::RoundPositionBlock;
use text::{Mask, Typeface};

/// Space added after each capital of a label, in units of the label's font size.
const LABEL_TRACKING: f32 = 0.07;

/// A rectangle of the bar that [`Hud::draw`] painted, in pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Columns, counted from the left.
    pub columns: Range<usize>,
    /// Rows, counted from the top of the bar.
    pub rows: Range<usize>,
}

/// Draws the bars of one timeline.
///
/// Speed: hundreds of thousands of bars per second while only the progress bar moves, and about half a
/// millisecond for the first frame of an interval.
pub struct Hud {
    timeline: Arc<Timeline>,
    parts: HudParts,
    words: &'static Words,
    layout: HudLayout,
    faces: &'static Faces,
    inks: &'static Inks,
    digits: Arc<Digits>,
    /// For each column of the progress bar, whether it stands for an exercise.
    moves: Vec<bool>,
    /// The first column of the countdown at its longest text.
    timer_left: i32,
    /// The position of the texts for round and position, and whether the round is shown.
    round_position: RoundPositionBlock,
    canvas: Canvas,
    state: Option<CanvasState>,
    painted: Vec<Area>,
}

/// The values that the canvas shows at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CanvasState {
    interval: usize,
    seconds: u64,
    lit: u32,
}

/// The characters of the countdown. Each has a mask and a cell width in whole pixels, so that a changed digit
/// does not move the other digits.
type Digits = HashMap<char, (Mask, i32)>;

/// The typefaces of the HUD, shared by all timelines.
static FACES: LazyLock<Faces> = LazyLock::new(|| Faces {
    label: Typeface::inter(650.0, 14.0, false),
    name: Typeface::inter(650.0, 32.0, false),
    round_position: Typeface::inter(650.0, 28.0, true),
    timer: Typeface::inter(700.0, 32.0, true),
});

static INKS: LazyLock<Inks> = LazyLock::new(|| Inks {
    bright: Ink::new(BRIGHT),
    muted: Ink::new(MUTED),
    moving: Ink::new(MOVE),
    waiting: Ink::new(WAIT),
});

/// The font in the four styles that the HUD uses.
struct Faces {
    label: Typeface,
    name: Typeface,
    round_position: Typeface,
    timer: Typeface,
}

struct Inks {
    bright: Ink,
    muted: Ink,
    moving: Ink,
    waiting: Ink,
}

impl Hud {
    /// Lays out the bar. `None` if the profile has no bar or if no part of the HUD is to be shown.
    #[must_use]
    pub fn new(
        timeline: Arc<Timeline>,
        profile: Profile,
        hud_parts: HudParts,
        language: Language,
    ) -> Option<Self> {
        let layout = HudLayout::new(profile).filter(|_| hud_parts.any())?;
        let (faces, words) = (&*FACES, Words::of(language));
        let digits = timer_digits(layout.timer_size);
        let timer_width = timeline.intervals().iter().filter(|i| has_timer(i)).map(|i| {
            let longest = countdown_text(seconds_left(i.length));
            longest
                .chars()
                .filter_map(|c| digits.get(&c))
                .map(|(_, cell)| cell)
                .sum()
        });
        let timer_left = layout.right - timer_width.max().unwrap_or(0);
        let round_position = RoundPositionBlock::new(&timeline, &layout, faces, words, timer_left);
        Some(Self {
            moves: columns_that_move(&timeline, layout.width),
            canvas: Canvas::new(layout.width, layout.height),
            inks: &INKS,
            state: None,
            painted: Vec::with_capacity(3),
            timeline,
            parts: hud_parts,
            words,
            layout,
            faces,
            digits,
            timer_left,
            round_position,
        })
    }

    /// Number of bytes of one bar: width times height times 3/2.
    #[must_use]
    pub fn bytes_per_frame(&self) -> usize {
        self.canvas.bytes().len()
    }

    /// Draws the bar of a frame of the timeline and returns all three planes. A frame
    /// after the end gives the bar of the last frame.
    ///
    /// The bars are the same in any order of frames. Ascending order is the fastest.
    pub fn draw(&mut self, frame: Frames) -> &[u8] {
        let timeline = Arc::clone(&self.timeline);
        let frame = frame.min(timeline.length().saturating_sub(Frames(1)));
        let interval = timeline.at(frame);
        let now = CanvasState {
            interval: interval.index,
            seconds: seconds_left(interval.end() - frame),
            lit: progress_columns(frame, timeline.length(), self.layout.width as u32),
        };
        let same_interval = self.state.is_some_and(|drawn| drawn.interval == now.interval);
        let same_second = same_interval && self.state.is_some_and(|drawn| drawn.seconds == now.seconds);
        self.painted.clear();
        if !same_interval {
            self.draw_interval(&timeline, interval);
        }
        if !same_second {
            self.draw_timer(interval, now.seconds);
        }
        let changed = match self.state {
            Some(drawn) => drawn.lit.min(now.lit)..drawn.lit.max(now.lit),
            None => 0..self.layout.width as u32,
        };
        self.draw_progress(changed.start as usize..changed.end as usize, now.lit as usize);
        self.state = Some(now);
        self.canvas.bytes()
    }

    /// All three planes of the last drawn bar.
    #[must_use]
    pub fn bar(&self) -> &[u8] {
        self.canvas.bytes()
    }

    /// The areas that the last [`draw`](Self::draw) painted. Outside these areas, the bar is the same as
    /// before. Inside them, some pixels may also be the same as before.
    #[must_use]
    pub fn painted(&self) -> &[Area] {
        &self.painted
    }

    /// Draws everything that stays the same during an interval.
    fn draw_interval(&mut self, timeline: &Timeline, interval: &Interval) {
        let all = Area {
            columns: 0..self.layout.width,
            rows: 0..self.layout.progress_top,
        };
        self.canvas.clear(all.columns.clone(), all.rows.clone());
        self.painted.push(all);
        if let Some(round_position) = interval.round_position.filter(|_| self.parts.round) {
            self.round_position.draw(
                &mut self.canvas,
                &self.layout,
                self.faces,
                self.inks,
                round_position,
            );
        }
        if self.parts.exercise_name {
            self.draw_name(timeline, interval);
        }
    }

    fn draw_name(&mut self, timeline: &Timeline, interval: &Interval) {
        let HudLayout {
            left,
            name_size,
            name_least,
            ..
        } = self.layout;
        let said = NameLine::of(timeline, interval, self.words, |c| self.faces.name.has(c));
        let accent = self.inks.accent(interval.kind);
        let label = self.faces.label.shape(said.label, LABEL_TRACKING);
        let mask = self.faces.label.mask(&label, self.layout.label_size);
        // In portrait, label and name move down if there is no row for round and position below them.
        let down = if interval.round_position.is_none() {
            self.layout.alone_down
        } else {
            0
        };
        self.canvas
            .lay(&mask, left, self.layout.label_base + down, accent);

        let room = self.room(interval);
        let face = &self.faces.name;
        let [lead, mut name, tail] = [said.lead, &said.name, &said.tail].map(|text| face.shape(text, 0.0));
        let fixed = lead.width + tail.width;
        let size = (room / (fixed + name.width)).clamp(name_least, name_size);
        if (fixed + name.width) * size > room {
            name = face.cut(&said.name, room / size - fixed);
        }
        let mut pen = left as f32;
        for (line, ink) in [
            (lead, &self.inks.muted),
            (name, &self.inks.bright),
            (tail, accent),
        ] {
            let mask = face.mask(&line, size);
            self.canvas
                .lay(&mask, pen.round() as i32, self.layout.name_base + down, ink);
            pen += line.width * size;
        }
    }

    /// Width in pixels for the label and the name. It does not depend on which parts are shown, so that
    /// turning off a part does not move another part.
    fn room(&self, interval: &Interval) -> f32 {
        let beside =
            self.layout.round_position == RoundPositionLayout::Columns && interval.round_position.is_some();
        let end = if beside {
            self.round_position.left
        } else {
            self.timer_left
        };
        (end - self.layout.gap - self.layout.left) as f32
    }

    fn draw_timer(&mut self, interval: &Interval, seconds: u64) {
        if !self.parts.timer || !has_timer(interval) {
            return;
        }
        let HudLayout {
            width,
            right,
            progress_top,
            timer_base,
            ..
        } = self.layout;
        let room = Area {
            columns: self.timer_left.clamp(0, width as i32) as usize..width,
            rows: 0..progress_top,
        };
        self.canvas.clear(room.columns.clone(), room.rows.clone());
        self.painted.push(room);
        let ink = self.inks.accent(interval.kind);
        let mut x = right;
        for c in countdown_text(seconds).chars().rev() {
            if let Some((mask, cell)) = self.digits.get(&c) {
                x -= cell;
                self.canvas.lay(mask, x, timer_base, ink);
            }
        }
    }

    fn draw_progress(&mut self, changed: Range<usize>, lit: usize) {
        if !self.parts.progress_bar {
            return;
        }
        if changed.is_empty() {
            return;
        }
        let (moves, rows) = (&self.moves, self.layout.progress_top..self.layout.height);
        self.canvas.paint_columns(changed.clone(), rows.clone(), |x| {
            let track = if moves[x] { TRACK_MOVE } else { TRACK_WAIT };
            track[usize::from(x >= lit)]
        });
        self.painted.push(Area {
            columns: changed,
            rows,
        });
    }
}

impl Inks {
    fn accent(&self, kind: IntervalKind) -> &Ink {
        if kind.is_exercise() || kind == IntervalKind::Finish {
            &self.moving
        } else {
            &self.waiting
        }
    }
}

/// Only the finish has no countdown, since nothing follows it.
fn has_timer(interval: &Interval) -> bool {
    interval.kind != IntervalKind::Finish
}

/// The masks of the countdown characters at a font size in pixels. The process draws them once per size: a
/// profile has one size, and there are six profiles.
fn timer_digits(size: f32) -> Arc<Digits> {
    static DRAWN: Mutex<Vec<(f32, Arc<Digits>)>> = Mutex::new(Vec::new());
    // If another thread panics, at worst one entry is missing.
    let mut drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, digits)) = drawn.iter().find(|(known, _)| known.total_cmp(&size).is_eq()) {
        return Arc::clone(digits);
    }
    let face = &FACES.timer;
    let cell = |c: char| {
        let line = face.shape(c.encode_utf8(&mut [0; 4]), 0.0);
        (c, (face.mask(&line, size), (line.width * size).round() as i32))
    };
    let digits: Arc<Digits> = Arc::new("0123456789:".chars().map(cell).collect());
    drawn.push((size, Arc::clone(&digits)));
    digits
}

/// For each column of the progress bar, whether its middle lies in an exercise.
fn columns_that_move(timeline: &Timeline, width: usize) -> Vec<bool> {
    let length = u128::from(timeline.length().0);
    let middle = |x: usize| (2 * x as u128 + 1) * length / (2 * width as u128);
    let moves = |x| timeline.at(Frames(middle(x) as u64)).kind.is_exercise();
    (0..width).map(moves).collect()
}
