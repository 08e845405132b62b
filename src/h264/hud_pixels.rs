//! The macroblocks of the HUD: their position in the picture, their pixels, and which of them changed.
//!
//! The stitch renderer gives the pixels, and the writer of the HUD slice (`hud_slice`) reads them. This file
//! writes no bits and draws nothing.

use super::prediction::{Block, Pixels};
use super::{H264Error, MACROBLOCK, Parameters};

/// Position and size of the HUD slice: whole rows of macroblocks, down to the bottom of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HudSliceShape {
    pub(super) parameters: Parameters,
    /// Index of the first row of macroblocks.
    first_row: u32,
    /// Number of macroblocks vertically (`rows`) and horizontally (`columns`).
    rows: usize,
    columns: usize,
    /// Size in shown pixels. The macroblocks may extend beyond it, since they are 16 pixels wide and high.
    width: usize,
    height: usize,
}

impl HudSliceShape {
    /// The HUD from line `top` to the bottom of the picture. A row of macroblocks must begin at `top`.
    pub fn new(parameters: &Parameters, top: u32) -> Result<Self, H264Error> {
        let side = MACROBLOCK as u32;
        if !top.is_multiple_of(side) || top >= parameters.height() {
            return Err(H264Error::HudTop(top));
        }
        let height = (parameters.height() - top) as usize;
        Ok(Self {
            parameters: *parameters,
            first_row: top / side,
            // The slice must also code rows that are cropped completely.
            rows: (parameters.rows() - top / side) as usize,
            columns: parameters.columns() as usize,
            width: parameters.width() as usize,
            height,
        })
    }

    /// Number of macroblocks in a row of the HUD, which is as wide as the picture.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Number of rows of macroblocks in the HUD.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of macroblocks in the HUD.
    #[must_use]
    pub fn macroblocks(&self) -> usize {
        self.rows * self.columns
    }

    /// `first_mb_in_slice`. The HUD slice replaces the encoder's slices from this macroblock on.
    #[must_use]
    pub fn first_macroblock(&self) -> u32 {
        self.first_row * self.columns as u32
    }

    /// Number of lines of the HUD slice that are shown.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }
}

/// The pixels of one HUD: planar 4:2:0 with 8 bits, as wide as the picture.
#[derive(Debug, Clone, Copy)]
pub struct HudPixels<'a> {
    pub(super) shape: HudSliceShape,
    luma: Plane<'a>,
    chroma: [Plane<'a>; 2],
}

impl<'a> HudPixels<'a> {
    /// `yuv` contains Y, then U, then V, `width` x (`guard` + [`HudSliceShape::height`]) pixels. The first
    /// `guard` lines belong to the slices above the HUD slice, and `HudPixels` leaves them out.
    pub fn new(shape: &HudSliceShape, yuv: &'a [u8], guard: usize) -> Result<Self, H264Error> {
        let (width, lines) = (shape.width, shape.height.saturating_add(guard));
        let (luma, chroma) = (width.saturating_mul(lines), (width / 2).saturating_mul(lines / 2));
        let wanted = luma.saturating_add(chroma.saturating_mul(2));
        // The shown size is even, because cropping works in steps of two. So only the guard can be odd.
        if yuv.len() != wanted || !guard.is_multiple_of(2) {
            return Err(H264Error::HudBytes {
                wanted,
                found: yuv.len(),
            });
        }
        let (y, uv) = yuv.split_at(luma);
        let (u, v) = uv.split_at(chroma);
        let half = |plane| Plane::new(plane, width / 2, guard / 2);
        Ok(Self {
            shape: *shape,
            luma: Plane::new(y, width, guard),
            chroma: [half(u), half(v)],
        })
    }

    /// The pixels of a macroblock, and the neighbouring samples that belong to the slice.
    pub(super) fn pixels(&self, column: usize, row: usize) -> Pixels {
        Pixels {
            luma: self.luma.block(column, row),
            chroma: self.chroma.map(|plane| plane.block(column, row)),
        }
    }
}

/// One colour component of the HUD. Macroblocks can extend beyond the right and lower edge of the HUD. The
/// decoder crops these samples, so their values are free. `Plane` repeats the outermost samples there,
/// because repeated samples are cheap to predict.
#[derive(Debug, Clone, Copy)]
struct Plane<'a> {
    samples: &'a [u8],
    width: usize,
    /// Index of the last line.
    last: usize,
}

impl<'a> Plane<'a> {
    fn new(samples: &'a [u8], width: usize, guard: usize) -> Self {
        let samples = &samples[guard * width..];
        Self {
            samples,
            width,
            last: (samples.len() / width.max(1)).saturating_sub(1),
        }
    }

    /// Line `y`, or the last line if there is no line `y`. A last line exists, since
    /// the picture is higher than the top of the HUD.
    fn line(&self, y: usize) -> &'a [u8] {
        &self.samples[y.min(self.last) * self.width..][..self.width]
    }

    /// N samples of line `y`, starting at column `x`.
    fn samples<const N: usize>(&self, x: usize, y: usize) -> [u8; N] {
        let line = self.line(y);
        if let Some(inside) = line.get(x..).and_then(<[u8]>::first_chunk) {
            return *inside;
        }
        std::array::from_fn(|i| line[(x + i).min(self.width - 1)])
    }

    /// The samples of a macroblock in this plane. N is 16 for luma, 8 for chroma.
    fn block<const N: usize>(&self, column: usize, row: usize) -> Block<N> {
        let (x, y) = (column * N, row * N);
        Block {
            samples: std::array::from_fn(|line| self.samples(x, y + line)),
            above: y.checked_sub(1).map(|y| self.samples(x, y)),
            left: x
                .checked_sub(1)
                .map(|x| std::array::from_fn(|line| self.samples::<1>(x, y + line)[0])),
        }
    }

    /// Whether a macroblock differs between this plane and another plane of
    /// the same size. N is 16 for luma, 8 for chroma.
    fn differs<const N: usize>(&self, other: &Self, column: usize, row: usize) -> bool {
        let (x, y) = (column * N, row * N);
        let columns = x.min(self.width)..(x + N).min(self.width);
        (y..y + N).any(|y| self.line(y)[columns.clone()] != other.line(y)[columns.clone()])
    }

    /// Marks the macroblocks that differ between this plane and another plane of the same size.
    fn mark<const N: usize>(&self, other: &Self, columns: usize, changed: &mut [bool]) {
        let lines = self
            .samples
            .chunks_exact(self.width)
            .zip(other.samples.chunks_exact(self.width));
        for (y, (line, before)) in lines.enumerate().filter(|(_, (line, before))| line != before) {
            let row = &mut changed[y / N * columns..][..columns];
            for (changed, (now, before)) in row.iter_mut().zip(line.chunks(N).zip(before.chunks(N))) {
                *changed |= now != before;
            }
        }
    }
}

/// The macroblocks of a HUD that differ from the HUD of the previous picture, in coding order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangedMacroblocks(Vec<usize>);

impl ChangedMacroblocks {
    /// No macroblock changed.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// The macroblocks that differ between two HUDs. If the shapes of the HUDs differ, all macroblocks.
    #[must_use]
    pub fn between(before: &HudPixels<'_>, now: &HudPixels<'_>) -> Self {
        let shape = now.shape;
        if before.shape != shape {
            return Self((0..shape.macroblocks()).collect());
        }
        let mut changed = vec![false; shape.macroblocks()];
        now.luma
            .mark::<MACROBLOCK>(&before.luma, shape.columns, &mut changed);
        for (now, before) in now.chroma.iter().zip(&before.chroma) {
            now.mark::<{ MACROBLOCK / 2 }>(before, shape.columns, &mut changed);
        }
        let indices = changed.iter().enumerate().filter(|(_, changed)| **changed);
        Self(indices.map(|(index, _)| index).collect())
    }

    /// The macroblocks among `candidates` that differ between two HUDs of the same shape. `candidates` must
    /// be in ascending order and must contain all macroblocks that differ.
    #[must_use]
    pub fn among(candidates: Vec<usize>, before: &HudPixels<'_>, now: &HudPixels<'_>) -> Self {
        let columns = now.shape.columns;
        let differs = |index: &usize| {
            let (column, row) = (index % columns, index / columns);
            let mut chroma = now.chroma.iter().zip(&before.chroma);
            now.luma.differs::<MACROBLOCK>(&before.luma, column, row)
                || chroma.any(|(now, before)| now.differs::<{ MACROBLOCK / 2 }>(before, column, row))
        };
        Self(candidates.into_iter().filter(differs).collect())
    }

    /// Indices of the macroblocks, in ascending order. The index of
    /// a macroblock counts along the rows of the HUD.
    #[must_use]
    pub fn macroblocks(&self) -> &[usize] {
        &self.0
    }
}
