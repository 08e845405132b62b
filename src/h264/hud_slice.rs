//! The HUD slice: all of it, or what changed since the picture before.
//!
//! Slice data in CAVLC (7.3.4, 7.3.5), as far as it is used here. ue is an Exp-Golomb code:
//!
//! ```text
//! in a P slice       mb_skip_run ue        skipped macroblocks before this one
//! raw                mb_type ue            25 = I_PCM (table 7-11); 5 more in a P slice (table 7-13)
//!                    zero bits             up to a whole byte
//!                    256 Y, 64 Cb, 64 Cr   bytes
//! predicted          mb_type ue            1 + LumaMode = I_16x16 without coefficients (table 7-11)
//!                    ChromaMode ue         intra_chroma_pred_mode
//!                    1                     mb_qp_delta 0
//!                    coeff_token           of the luma DC coefficients, of which there are none
//! in a P slice       mb_skip_run ue        those skipped at the end, if any
//! ```
//!
//! **A skipped macroblock repeats the picture before.** P_Skip takes reference 0, which is the picture coded
//! before this one: the list begins with the highest `frame_num` (8.2.4.2.1), every picture is a reference, and
//! none is moved. Its motion is zero in a slice of this kind (8.4.1.1): for a macroblock of the first row or
//! column a neighbour, above or left, is not available, which makes it zero. Otherwise, if one of the two
//! is itself skipped, its motion is zero (by induction) and its reference 0, which again makes it zero. If
//! both are intra, motion is the median prediction (8.4.1.3), in which intra macroblocks count as zero
//! and all others are skipped: zero. There is no residual and no loop filter, so the pixels are copied.

use super::H264Error;
use super::bits::BitWriter;
use super::hud_pixels::{ChangedMacroblocks, HudPixels, HudSliceShape};
use super::prediction::Pixels;
use super::slice::{Marking, PictureHead, SliceType, begin_slice};

/// `mb_type` I_PCM (table 7-11).
const RAW: u32 = 25;

/// `mb_type` of intra macroblocks in P slices follows the five types of inter macroblocks (7.4.5).
const INTER_TYPES: u32 = 5;

impl HudSliceShape {
    /// Appends to `out`, behind a 4-byte length, a slice that shows the HUD whatever came before.
    ///
    /// For IDR pictures, but sound in any.
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

    /// Appends to `out`, behind a 4-byte length, a slice that shows the HUD after a picture that showed it
    /// but for the `changes`.
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

/// The macroblocks of one slice, written in order.
struct SliceData<'a> {
    bits: BitWriter<'a>,
    hud: &'a HudPixels<'a>,
    /// Added to the types of intra macroblocks.
    type_offset: u32,
    /// Which macroblocks are raw so far; empty before the first that is written.
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

    /// mb_skip_run.
    fn skip(&mut self, count: usize) {
        // A picture has at most 1055 x 1055 macroblocks.
        self.bits.ue(count as u32);
    }

    /// A macroblock that does not depend on other pictures.
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

    /// coeff_token for no coefficients at all (table 9-5), whose code depends on nC (9.2.1): the mean of how
    /// many the 4x4 blocks to the left and above have, of those that are in the slice. A raw macroblock
    /// counts 16, every other here 0. So nC is 0, or 8 or 16, for which the code is the same.
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
