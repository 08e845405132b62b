//! Draws round and position ("ROUND 2/3  EXERCISE 5/12") in the language of the workout.
//!
//! `Hud` creates one block for each timeline. The words come from `words`, sizes and rows from `layout`.

use super::canvas::Canvas;
use super::layout::{HudLayout, RoundPositionLayout};
use super::text::Line;
use super::{Faces, Inks, LABEL_TRACKING};
use crate::words::Words;
use crate::workout::{RoundPosition, Timeline};

/// Space between a label and its value in a row, in units of the label's font size.
const AFTER_LABEL: f32 = 0.4;

/// The position of the block, which is the same in every interval of a workout.
#[derive(Debug, Clone, Copy)]
pub(super) struct RoundPositionBlock {
    /// First column of the block.
    pub left: i32,
    /// First column of the round. `None` if the workout has only one round.
    round: Option<i32>,
    /// First column of the position.
    position: i32,
    words: &'static Words,
}

impl RoundPositionBlock {
    /// Reserves space for the widest values of the workout, so that nothing moves from interval to interval.
    pub(super) fn new(
        timeline: &Timeline,
        layout: &HudLayout,
        faces: &Faces,
        words: &'static Words,
        timer_left: i32,
    ) -> Self {
        let round_positions = || timeline.intervals().iter().filter_map(|i| i.round_position);
        // All digits have the same width, so the largest numbers are the widest.
        let most = |number: fn(RoundPosition) -> u32| round_positions().map(number).max().unwrap_or(1);
        let rounds = most(|p| p.round.max(p.rounds));
        let positions = most(|p| p.position.max(p.positions));
        let width = |label, most| Item::new(faces, label, most, most).width(layout);
        let round_width = (rounds > 1).then(|| width(words.round, rounds) + layout.gap * 3 / 4);
        let before_position = round_width.unwrap_or(0);
        let left = match layout.round_position {
            RoundPositionLayout::Columns => {
                timer_left - layout.gap - width(words.exercise, positions) - before_position
            }
            RoundPositionLayout::Row => layout.left,
        };
        Self {
            left,
            round: round_width.map(|_| left),
            position: left + before_position,
            words,
        }
    }

    /// Draws the round and position of one interval over ground.
    pub(super) fn draw(
        &self,
        canvas: &mut Canvas,
        layout: &HudLayout,
        faces: &Faces,
        inks: &Inks,
        round_position: RoundPosition,
    ) {
        let round = self.round.map(|x| {
            (
                x,
                Item::new(
                    faces,
                    self.words.round,
                    round_position.round,
                    round_position.rounds,
                ),
            )
        });
        let position = Item::new(
            faces,
            self.words.exercise,
            round_position.position,
            round_position.positions,
        );
        for (x, item) in round.into_iter().chain([(self.position, position)]) {
            let (label_base, indent) = match layout.round_position {
                RoundPositionLayout::Columns => (layout.label_base, 0),
                RoundPositionLayout::Row => (layout.round_position_base, item.indent(layout)),
            };
            let label = faces.label.mask(&item.label, layout.label_size);
            canvas.lay(&label, x, label_base, &inks.muted);
            let mut x = x + indent;
            for (line, ink) in [(&item.this, &inks.bright), (&item.all, &inks.muted)] {
                let mask = faces.round_position.mask(line, layout.round_position_size);
                canvas.lay(&mask, x, layout.round_position_base, ink);
                x += (line.width * layout.round_position_size).round() as i32;
            }
        }
    }
}

/// The shaped texts of a label and a value: `this` is "2", `all` is "/3".
struct Item {
    label: Line,
    this: Line,
    all: Line,
}

impl Item {
    fn new(faces: &Faces, label: &str, this: u32, all: u32) -> Self {
        Self {
            label: faces.label.shape(label, LABEL_TRACKING),
            this: faces.round_position.shape(&this.to_string(), 0.0),
            all: faces.round_position.shape(&format!("/{all}"), 0.0),
        }
    }

    /// Distance in pixels from the start of the label to the start of the value, in a row.
    fn indent(&self, layout: &HudLayout) -> i32 {
        ((self.label.width + AFTER_LABEL) * layout.label_size).round() as i32
    }

    fn width(&self, layout: &HudLayout) -> i32 {
        let label = (self.label.width * layout.label_size).ceil() as i32;
        let value = ((self.this.width + self.all.width) * layout.round_position_size).ceil() as i32;
        match layout.round_position {
            RoundPositionLayout::Columns => label.max(value),
            RoundPositionLayout::Row => self.indent(layout) + value,
        }
    }
}
