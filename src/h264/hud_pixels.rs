//! The HUD below the exercise: which macroblocks it is, its pixels, and which of them changed.

use super::prediction::{Block, Pixels};
use super::{H264Error, MACROBLOCK, Parameters};

/// Where the HUD slice lies: whole rows of macroblocks, from a line of the picture to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HudSliceShape {
    pub(super) parameters: Parameters,
    /// The row of macroblocks it begins with.
    first_row: u32,
    /// Macroblocks down and across.
    rows: usize,
    columns: usize,
    /// Pixels that are shown. The macroblocks may reach beyond, since they are 16 wide and high.
    width: usize,
    height: usize,
}

impl HudSliceShape {
    /// The rows of a picture from line `top` on, where a row of macroblocks begins.
    pub fn new(parameters: &Parameters, top: u32) -> Result<Self, H264Error> {
        let side = MACROBLOCK as u32;
        if !top.is_multiple_of(side) || top >= parameters.height() {
            return Err(H264Error::HudTop(top));
        }
        let height = (parameters.height() - top) as usize;
        Ok(Self {
            parameters: *parameters,
            first_row: top / side,
            // Rows that only cropping hides are coded too.
            rows: (parameters.rows() - top / side) as usize,
            columns: parameters.columns() as usize,
            width: parameters.width() as usize,
            height,
        })
    }

    /// Macroblocks across the HUD, and the picture.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Macroblocks down the HUD.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of macroblocks.
    #[must_use]
    pub fn macroblocks(&self) -> usize {
        self.rows * self.columns
    }

    /// `first_mb_in_slice`. Slices of the encoder from here on are to be left out.
    #[must_use]
    pub fn first_macroblock(&self) -> u32 {
        self.first_row * self.columns as u32
    }

    /// Lines of the HUD slice that are shown.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }
}

/// The pixels of one HUD: planar 4:2:0 of 8 bits, as wide as the picture.
#[derive(Debug, Clone, Copy)]
pub struct HudPixels<'a> {
    pub(super) shape: HudSliceShape,
    luma: Plane<'a>,
    chroma: [Plane<'a>; 2],
}

impl<'a> HudPixels<'a> {
    /// From Y, then U, then V, with `guard` lines on top that belong to the slices above and are left out:
    /// `width` x (`guard` + [`HudSliceShape::height`]) pixels.
    pub fn new(shape: &HudSliceShape, yuv: &'a [u8], guard: usize) -> Result<Self, H264Error> {
        let (width, lines) = (shape.width, shape.height.saturating_add(guard));
        let (luma, chroma) = (width.saturating_mul(lines), (width / 2).saturating_mul(lines / 2));
        let wanted = luma.saturating_add(chroma.saturating_mul(2));
        // Cropping leaves even sizes, so only the guard could be odd.
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

    /// The pixels of a macroblock and of its neighbours in the slice.
    pub(super) fn pixels(&self, column: usize, row: usize) -> Pixels {
        Pixels {
            luma: self.luma.block(column, row),
            chroma: self.chroma.map(|plane| plane.block(column, row)),
        }
    }
}

/// One colour component of the HUD. Beyond its right and lower edge the outermost samples repeat, for
/// macroblocks that reach over the edge: what is cropped away is free, and repeating is cheap to predict.
#[derive(Debug, Clone, Copy)]
struct Plane<'a> {
    samples: &'a [u8],
    width: usize,
    /// The last line.
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

    /// Line `y`, or the last. There is one: the picture is higher than the HUD's top.
    fn line(&self, y: usize) -> &'a [u8] {
        &self.samples[y.min(self.last) * self.width..][..self.width]
    }

    /// N samples of line `y` from column `x` on.
    fn samples<const N: usize>(&self, x: usize, y: usize) -> [u8; N] {
        let line = self.line(y);
        if let Some(inside) = line.get(x..).and_then(<[u8]>::first_chunk) {
            return *inside;
        }
        std::array::from_fn(|i| line[(x + i).min(self.width - 1)])
    }

    /// The part of a macroblock in this plane: N is 16 for luma, 8 for chroma.
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

    /// Whether a macroblock differs from that of another plane of the same size: N is 16 for luma, 8 for chroma.
    fn differs<const N: usize>(&self, other: &Self, column: usize, row: usize) -> bool {
        let (x, y) = (column * N, row * N);
        let columns = x.min(self.width)..(x + N).min(self.width);
        (y..y + N).any(|y| self.line(y)[columns.clone()] != other.line(y)[columns.clone()])
    }

    /// Marks the macroblocks in which this plane differs from another of the same size.
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

/// Macroblocks of a HUD that differ from the HUD of the picture before, in the order they are coded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangedMacroblocks(Vec<usize>);

impl ChangedMacroblocks {
    /// Nothing changed.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// What is different in two HUDs of one shape; everything where the shapes differ.
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

    /// What is different in two HUDs of one shape among `candidates`, which ascend: nothing else may be.
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

    /// The macroblocks, ascending, counted along the rows of the HUD.
    #[must_use]
    pub fn macroblocks(&self) -> &[usize] {
        &self.0
    }
}
