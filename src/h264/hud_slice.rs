//! Writes the HUD slice: either all macroblocks, or the macroblocks that changed since the previous picture.
//!
//! The stitch renderer calls the two methods of [`HudSliceShape`]. This file chooses no colours and no text:
//! it codes the pixels that the caller gives.
//!
//! The slice data uses this part of the CAVLC syntax (7.3.4, 7.3.5). ue is an Exp-Golomb code:
//!
//! ```text
//! in a P slice       mb_skip_run ue        number of skipped macroblocks before this one
//! raw                mb_type ue            25 = I_PCM (table 7-11); 5 more in a P slice (table 7-13)
//!                    zero bits             up to a byte boundary
//!                    256 Y, 64 Cb, 64 Cr   bytes
//! predicted          mb_type ue            1 + LumaMode = I_16x16 without coefficients (table 7-11)
//!                    ChromaMode ue         intra_chroma_pred_mode
//!                    1                     mb_qp_delta 0
//!                    coeff_token           of the luma DC coefficients: zero coefficients
//! in a P slice       mb_skip_run ue        number of skipped macroblocks at the end, if there are any
//! ```
//!
//! **A skipped macroblock copies the pixels of the previous picture.** P_Skip uses reference 0. Reference 0
//! is the picture that was coded before this one: the reference list begins with the highest `frame_num`
//! (8.2.4.2.1), every picture is a reference, and the slice does not reorder the list. The motion vector of
//! P_Skip is zero in a HUD slice (8.4.1.1):
//!
//! - In the first row or column, the neighbour above or left is not available. Then the vector is zero.
//! - If one of these two neighbours is skipped, the neighbour has a zero vector (by induction) and reference
//!   0. Then the vector is zero, too.
//! - If both neighbours are intra, the vector is the median prediction (8.4.1.3). Intra macroblocks count as
//!   zero, and all other macroblocks are skipped and have zero vectors. So the median is zero.
//!
//! There is no residual and no loop filter, so the decoder copies the pixels.

use super::H264Error;
use super::bits::BitWriter;
use super::hud_pixels::{ChangedMacroblocks, HudPixels, HudSliceShape};
use super::prediction::Pixels;
use super::slice::{Marking, PictureHead, SliceType, begin_slice};

/// `mb_type` I_PCM (table 7-11).
const RAW: u32 = 25;

/// `mb_type` of an intra macroblock in a P slice is 5 higher,
/// after the five types of inter macroblocks (7.4.5).
const INTER_TYPES: u32 = 5;

impl HudSliceShape {
    /// Appends a slice with all macroblocks of the HUD to `out`, after a 4-byte length.
    ///
    /// The slice is meant for IDR pictures. It is valid in every
    /// picture, since it does not depend on other pictures.
    pub fn write_key(
        &self,
        picture: PictureHead,
        hud: &HudPixels<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), H264Error> {
        self.check(hud)?;
        let mut slice = SliceData::begin(self, SliceType::I, picture, hud, out);
        (0..self.macroblocks()).for_each(|index| slice.intra(index));
        slice.bits.finish();
        Ok(())
    }

    /// Appends a slice with the macroblocks in `changes` to `out`, after a 4-byte length. The slice skips the
    /// other macroblocks, so the previous picture must show the same HUD except for `changes`.
    pub fn write_update(
        &self,
        picture: PictureHead,
        hud: &HudPixels<'_>,
        changes: &ChangedMacroblocks,
        out: &mut Vec<u8>,
    ) -> Result<(), H264Error> {
        self.check(hud)?;
        if matches!(picture.marking, Marking::Idr { .. }) {
            return Err(H264Error::UpdateInIdr);
        }
        let indices = changes.macroblocks();
        if indices.last().is_some_and(|last| *last >= self.macroblocks()) {
            return Err(H264Error::OutOfRange("a changed macroblock"));
        }
        let mut slice = SliceData::begin(self, SliceType::P, picture, hud, out);
        let mut next = 0;
        for &index in indices {
            slice.skip(index - next);
            slice.intra(index);
            next = index + 1;
        }
        if next < self.macroblocks() {
            slice.skip(self.macroblocks() - next);
        }
        slice.bits.finish();
        Ok(())
    }

    fn check(&self, hud: &HudPixels<'_>) -> Result<(), H264Error> {
        if hud.shape == *self {
            Ok(())
        } else {
            Err(H264Error::OutOfRange("the shape of the bar"))
        }
    }
}

/// Writes the macroblocks of one slice in order.
struct SliceData<'a> {
    bits: BitWriter<'a>,
    hud: &'a HudPixels<'a>,
    /// Offset that is added to the `mb_type` of intra macroblocks.
    type_offset: u32,
    /// For each macroblock, whether it is written as raw. Empty until `intra` writes the first macroblock.
    raw: Vec<bool>,
}

impl<'a> SliceData<'a> {
    fn begin(
        shape: &HudSliceShape,
        slice_type: SliceType,
        picture: PictureHead,
        hud: &'a HudPixels<'a>,
        out: &'a mut Vec<u8>,
    ) -> Self {
        Self {
            bits: begin_slice(
                out,
                &shape.parameters,
                shape.first_macroblock(),
                slice_type,
                picture,
            ),
            hud,
            type_offset: if slice_type == SliceType::P {
                INTER_TYPES
            } else {
                0
            },
            raw: Vec::new(),
        }
    }

    /// Writes mb_skip_run.
    fn skip(&mut self, count: usize) {
        // The cast is safe: a picture has at most 1055 x 1055 macroblocks.
        self.bits.ue(count as u32);
    }

    /// Writes a macroblock that does not depend on other pictures.
    fn intra(&mut self, index: usize) {
        let columns = self.hud.shape.columns();
        self.raw.resize(self.hud.shape.macroblocks(), false);
        let pixels = self.hud.pixels(index % columns, index / columns);
        let Some((luma, chroma)) = pixels.prediction() else {
            self.raw[index] = true;
            return self.pcm(&pixels);
        };
        self.bits.ue(self.type_offset + 1 + luma as u32);
        self.bits.ue(chroma as u32);
        self.bits.ue(0); // mb_qp_delta as se(v): 0
        self.no_coefficients(index);
    }

    fn pcm(&mut self, pixels: &Pixels) {
        self.bits.ue(self.type_offset + RAW);
        self.bits.align();
        self.bits.bytes(pixels.luma.samples.as_flattened());
        for block in &pixels.chroma {
            self.bits.bytes(block.samples.as_flattened());
        }
    }

    /// Writes coeff_token for zero coefficients (table 9-5). Its code depends on nC (9.2.1): the
    /// mean of the numbers of coefficients in the 4x4 blocks to the left and above, if they are
    /// in the slice. A raw macroblock counts as 16, every other macroblock here as 0. So nC is
    /// 0, 8 or 16. The code is the same for 8 and 16.
    fn no_coefficients(&mut self, index: usize) {
        let columns = self.hud.shape.columns();
        let left = !index.is_multiple_of(columns) && self.raw[index - 1];
        let above = index >= columns && self.raw[index - columns];
        if left || above {
            self.bits.bits(0b00_0011, 6);
        } else {
            self.bits.bits(1, 1);
        }
    }
}
