//! The pixels of the bar: three planes, and the functions that paint them.
//!
//! `Hud` paints ground, columns of the progress bar, and text on a [`Canvas`]. The canvas clips everything to
//! the bar, and does not decide positions or colours.

use super::colour::{GROUND, Ink};
use super::text::Mask;
use crate::colour::{Colour, Yuv};

/// A planar yuv420p frame of even width and height.
#[derive(Debug, Clone)]
pub(super) struct Canvas {
    width: usize,
    height: usize,
    /// Luma, then both chroma planes at half the width and half the height.
    planes: Vec<u8>,
}

impl Canvas {
    /// A canvas that is filled with ground.
    pub(super) fn new(width: usize, height: usize) -> Self {
        let mut canvas = Self {
            width,
            height,
            planes: vec![0; width * height * 3 / 2],
        };
        canvas.clear(0..width, 0..height);
        canvas
    }

    /// All three planes, in the order Y, U, V.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.planes
    }

    /// Fills an area with ground. Both ranges grow to even borders.
    pub(super) fn clear(&mut self, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) {
        let (left, right) = (
            columns.start & !1,
            columns.end.next_multiple_of(2).min(self.width),
        );
        let (top, bottom) = (rows.start & !1, rows.end.next_multiple_of(2).min(self.height));
        if left >= right || top >= bottom {
            return;
        }
        let Yuv { y, u, v } = GROUND.yuv();
        for row in top..bottom {
            self.planes[row * self.width..][left..right].fill(y);
        }
        let (plane, half) = (self.width * self.height, self.width / 2);
        for (at, value) in [(plane, u), (plane + plane / 4, v)] {
            for row in top / 2..bottom / 2 {
                self.planes[at + row * half..][left / 2..right / 2].fill(value);
            }
        }
    }

    /// Paints each column of an area in its own colour. Both ranges grow to even borders.
    pub(super) fn paint_columns(
        &mut self,
        columns: std::ops::Range<usize>,
        rows: std::ops::Range<usize>,
        colour: impl Fn(usize) -> Colour,
    ) {
        let (left, right) = (
            columns.start & !1,
            columns.end.next_multiple_of(2).min(self.width),
        );
        let (top, bottom) = (rows.start & !1, rows.end.next_multiple_of(2).min(self.height));
        let mean = |a: u8, b: u8| (u16::from(a) + u16::from(b)).div_ceil(2) as u8;
        for x in (left..right).step_by(2) {
            let (a, b) = (colour(x).yuv(), colour(x + 1).yuv());
            for y in (top..bottom).step_by(2) {
                for row in [y, y + 1] {
                    self.set_luma(x, row, a.y);
                    self.set_luma(x + 1, row, b.y);
                }
                self.set_chroma(x / 2, y / 2, mean(a.u, b.u), mean(a.v, b.v));
            }
        }
    }

    /// Paints text over ground. (`x`, `baseline`) is the start of the pen. The pixels below the text must
    /// still be ground, since `ink` is mixed with ground.
    pub(super) fn lay(&mut self, mask: &Mask, x: i32, baseline: i32, ink: &Ink) {
        let (left, top) = (x + mask.left, baseline + mask.top);
        let (right, bottom) = (left + mask.width as i32, top + mask.height as i32);
        let columns = left.max(0)..right.min(self.width as i32);
        let rows = top.max(0)..bottom.min(self.height as i32);
        if columns.is_empty() || rows.is_empty() {
            return;
        }
        for y in rows.clone() {
            for x in columns.clone() {
                let coverage = mask.coverage(x - left, y - top);
                if coverage > 0 {
                    self.set_luma(x as usize, y as usize, ink.at(coverage).y);
                }
            }
        }
        // A chroma sample stands for four pixels, so it uses their mean coverage.
        for y in rows.start / 2..=(rows.end - 1) / 2 {
            for x in columns.start / 2..=(columns.end - 1) / 2 {
                let of = |dx, dy| u16::from(mask.coverage(2 * x + dx - left, 2 * y + dy - top));
                let sum = of(0, 0) + of(1, 0) + of(0, 1) + of(1, 1);
                if sum > 0 {
                    let Yuv { u, v, .. } = ink.at(((sum + 2) / 4) as u8);
                    self.set_chroma(x as usize, y as usize, u, v);
                }
            }
        }
    }

    fn set_luma(&mut self, x: usize, y: usize, luma: u8) {
        self.planes[y * self.width + x] = luma;
    }

    fn set_chroma(&mut self, x: usize, y: usize, u: u8, v: u8) {
        let plane = self.width * self.height;
        let at = plane + y * (self.width / 2) + x;
        self.planes[at] = u;
        self.planes[at + plane / 4] = v;
    }
}
