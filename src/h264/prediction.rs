//! Finds the prediction that gives the wanted pixels of a macroblock exactly.
//!
//! The writer of the HUD slice uses this file. Intra_16x16 predicts the luma of a macroblock from the samples
//! above and to the left of it (8.3.3), and both chroma components in a similar way (8.3.4). Without a
//! residual, the decoder shows the prediction itself. The HUD has flat colours almost everywhere, and there
//! the prediction is exact. The search uses the wanted samples of the neighbours. The decoder has the same
//! samples, because every macroblock of the HUD is exact, and so is every skipped macroblock in a P slice.
//!
//! The file does not use plane prediction, the fourth mode of luma and of chroma:
//! it gives gradients, and no HUD has gradients.

/// One colour component of a macroblock, with the neighbouring
/// samples. A neighbour outside the slice is `None`.
#[derive(Debug, Clone)]
pub(super) struct Block<const N: usize> {
    pub samples: [[u8; N]; N],
    pub above: Option<[u8; N]>,
    pub left: Option<[u8; N]>,
}

/// A macroblock: 16x16 luma, 8x8 of each chroma component.
#[derive(Debug, Clone)]
pub(super) struct Pixels {
    pub luma: Block<16>,
    pub chroma: [Block<8>; 2],
}

/// Intra16x16PredMode (table 8-4) without plane prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LumaMode {
    Vertical = 0,
    Horizontal = 1,
    Dc = 2,
}

/// `intra_chroma_pred_mode` for both chroma components (table 8-5) without plane prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChromaMode {
    Dc = 0,
    Horizontal = 1,
    Vertical = 2,
}

impl Pixels {
    /// The shortest prediction that gives exactly these pixels, or `None` if no prediction does.
    pub fn prediction(&self) -> Option<(LumaMode, ChromaMode)> {
        let luma = [LumaMode::Vertical, LumaMode::Horizontal, LumaMode::Dc];
        let luma = luma.into_iter().find(|mode| self.luma.is_luma(*mode))?;
        let chroma = [ChromaMode::Dc, ChromaMode::Horizontal, ChromaMode::Vertical];
        let exact = |mode: &ChromaMode| self.chroma.iter().all(|block| block.is_chroma(*mode));
        Some((luma, chroma.into_iter().find(exact)?))
    }
}

impl<const N: usize> Block<N> {
    /// 8.3.3.1 and 8.3.4.3: each sample equals the neighbour above its column.
    fn is_vertical(&self) -> bool {
        self.above
            .is_some_and(|above| self.samples.iter().all(|line| *line == above))
    }

    /// 8.3.3.2 and 8.3.4.2: each sample equals the neighbour left of its line.
    fn is_horizontal(&self) -> bool {
        self.left.is_some_and(|left| {
            self.samples
                .iter()
                .zip(left)
                .all(|(line, left)| *line == [left; N])
        })
    }

    fn is_flat(&self, value: u8) -> bool {
        self.samples.iter().all(|line| *line == [value; N])
    }
}

impl Block<16> {
    fn is_luma(&self, mode: LumaMode) -> bool {
        match mode {
            LumaMode::Vertical => self.is_vertical(),
            LumaMode::Horizontal => self.is_horizontal(),
            LumaMode::Dc => self.is_flat(mean(self.above.iter().chain(&self.left).flatten())),
        }
    }
}

impl Block<8> {
    fn is_chroma(&self, mode: ChromaMode) -> bool {
        match mode {
            ChromaMode::Vertical => self.is_vertical(),
            ChromaMode::Horizontal => self.is_horizontal(),
            ChromaMode::Dc => [(0, 0), (4, 0), (0, 4), (4, 4)]
                .into_iter()
                .all(|(x, y)| self.is_dc(x, y)),
        }
    }

    /// 8.3.4.1: each quarter is the mean of the neighbours above it and left of it. The quarters at the top
    /// right and at the bottom left use only the edge of the macroblock that they touch. They use the other
    /// edge if the first one is outside the slice.
    fn is_dc(&self, x: usize, y: usize) -> bool {
        let above = self.above.as_ref().map(|above| &above[x..x + 4]);
        let left = self.left.as_ref().map(|left| &left[y..y + 4]);
        let (one, other) = match (x, y) {
            (4, 0) => (above.or(left), None),
            (0, 4) => (left.or(above), None),
            _ => (above, left),
        };
        let dc = mean(one.into_iter().chain(other).flatten());
        self.samples[y..y + 4]
            .iter()
            .all(|line| line[x..x + 4] == [dc; 4])
    }
}

/// The mean, with halves rounded up. 8.3.3.3 and 8.3.4.1 compute it with shifts, since the counts are powers
/// of two. Without samples, the mean is half of the range: 1 << (8 - 1).
fn mean<'a>(samples: impl Iterator<Item = &'a u8>) -> u8 {
    let (sum, count) = samples.fold((0, 0), |(sum, count), sample| {
        (sum + u32::from(*sample), count + 1)
    });
    match count {
        0 => 128,
        // The mean fits into a u8, since every sample does.
        _ => ((sum + count / 2) / count) as u8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat<const N: usize>(value: u8, above: Option<u8>, left: Option<u8>) -> Block<N> {
        Block {
            samples: [[value; N]; N],
            above: above.map(|above| [above; N]),
            left: left.map(|left| [left; N]),
        }
    }

    fn prediction(luma: Block<16>, chroma: Block<8>) -> Option<(LumaMode, ChromaMode)> {
        let chroma = [chroma.clone(), chroma];
        Pixels { luma, chroma }.prediction()
    }

    #[test]
    fn what_goes_on_as_a_neighbour_is_predicted_from_it() {
        let (luma, chroma) = (flat(40, Some(40), Some(90)), flat(120, Some(120), Some(120)));
        assert_eq!(
            prediction(luma, chroma),
            Some((LumaMode::Vertical, ChromaMode::Dc))
        );
        let (luma, chroma) = (flat(40, Some(90), Some(40)), flat(120, Some(99), Some(120)));
        assert_eq!(
            prediction(luma, chroma),
            Some((LumaMode::Horizontal, ChromaMode::Horizontal))
        );
    }

    #[test]
    fn at_the_corner_only_half_of_the_range_is_predicted() {
        let with = |luma| prediction(flat(luma, None, None), flat(128, None, None));
        assert_eq!(with(128), Some((LumaMode::Dc, ChromaMode::Dc)));
        assert_eq!(with(127), None);
    }

    #[test]
    fn the_mean_of_both_neighbours_rounds_up() {
        let with = |luma| prediction(flat(luma, Some(10), Some(13)), flat(128, None, None));
        assert_eq!(with(12), Some((LumaMode::Dc, ChromaMode::Dc)));
        assert_eq!(with(11), None);
    }

    #[test]
    fn quarters_of_chroma_take_the_edge_they_touch() {
        let mut chroma = flat::<8>(0, Some(10), Some(21));
        // The diagonal quarters are (10 + 21 + 1) / 2. The others equal the edge that they touch.
        for (y, line) in chroma.samples.iter_mut().enumerate() {
            *line = if y < 4 {
                [16, 16, 16, 16, 10, 10, 10, 10]
            } else {
                [21, 21, 21, 21, 16, 16, 16, 16]
            };
        }
        let luma = flat(128, None, None);
        assert_eq!(
            prediction(luma.clone(), chroma.clone()),
            Some((LumaMode::Dc, ChromaMode::Dc))
        );
        chroma.samples[7][7] = 17;
        assert_eq!(prediction(luma, chroma), None);
    }

    #[test]
    fn one_other_pixel_is_not_predicted() {
        let chroma = || flat(128, None, None);
        let mut luma = flat(128, Some(128), Some(128));
        luma.samples[15][15] = 129;
        assert_eq!(prediction(luma, chroma()), None);
    }
}
