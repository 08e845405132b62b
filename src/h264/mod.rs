//! H.264 bitstreams: this module reads the slices of coded pictures and writes the slice that shows the HUD.
//!
//! The stitch renderer uses this module. The renderer encodes the loop of an exercise once and puts another
//! HUD into each picture of the loop, without an encoder. This module does not know MP4 boxes or workouts.
//! Clause numbers in this module refer to ITU-T H.264 (ISO/IEC 14496-10).
//!
//! A picture consists of slices. A slice is a run of macroblocks (16x16 pixels), from left to right and
//! from top to bottom. A decoder decodes each slice of a picture independently: no prediction of
//! pixels, no motion vector and no count of coefficients crosses the border of a slice (6.4.8), and an
//! encoder can keep the loop filter inside slices (7.4.3, `disable_deblocking_filter_idc`). This
//! independence allows another bottom slice in each picture:
//!
//! ```text
//! ┌────────────────────────┐
//! │ slices of the encoder  │  kept byte for byte, except in IDR pictures: `restart_form` gives them a
//! │                        │  second form, with which a loop continues without an IDR picture
//! ├────────────────────────┤  first macroblock of the HUD: `HudSliceShape`
//! │ slice written here     │  `HudSliceShape::write_key`: codes every macroblock, for an IDR picture
//! └────────────────────────┘  `HudSliceShape::write_update`: codes the changed macroblocks, skips the others
//! ```
//!
//! A written macroblock reproduces the wanted pixels exactly, in one of two ways. Where a prediction from the
//! neighbours already gives the wanted pixels, the macroblock is this prediction without a residual
//! (Intra_16x16, about one byte). Everywhere else the macroblock is raw (I_PCM, 384 bytes). This module never
//! writes a residual, so it needs no transform and no quantisation.
//!
//! This approach keeps the module small, but it works for one kind of stream only: progressive,
//! 4:2:0, 8 bits, CAVLC, pictures shown in the order in which they are coded, each picture a
//! reference for the next one. [`Parameters`] and [`SliceHeader`] refuse every other stream with an
//! error that names the reason ([`Unsupported`]).
//!
//! | file | content |
//! | --- | --- |
//! | `bits` | bits and Exp-Golomb codes; inserts and removes emulation prevention bytes |
//! | `nal` | splits samples into NAL units |
//! | `parameters` | the fields of SPS and PPS that this module needs |
//! | `slice` | slice headers: reading, writing, and the restart form |
//! | `cavlc` | residual blocks: the number of coefficients and the sizes of their codes |
//! | `slice_stats` | what the macroblocks of a slice demand of a decoder |
//! | `hud_pixels` | the position of the HUD, its pixels, and its changed macroblocks |
//! | `prediction` | the prediction that gives a macroblock exactly |
//! | `hud_slice` | the HUD slice |
//!
//! The code is pure. It reads untrusted bytes, so every reader is bounded and
//! returns an [`H264Error`] instead of panicking.

mod bits;
mod cavlc;
mod hud_pixels;
mod hud_slice;
mod nal;
mod parameters;
mod prediction;
mod slice;
mod slice_stats;

pub use hud_pixels::{ChangedMacroblocks, HudPixels, HudSliceShape};
pub use nal::{NalKind, NalUnit, RefIdc, nal_units};
pub use parameters::{Parameters, parameter_sets};
pub use slice::{Deblocking, Marking, PictureHead, SliceHeader, SliceType, restart_form};
pub use slice_stats::{MAX_LEVEL_PREFIX, MAX_MACROBLOCK_BITS, SliceStats};

/// Width and height of a macroblock in luma samples.
pub const MACROBLOCK: usize = 16;

/// The reason why this module cannot read some bytes or cannot write a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum H264Error {
    /// A NAL unit, a parameter set or a header needs more bytes than there are.
    #[error("the bytes end too early")]
    Truncated,
    /// A NAL unit has no bytes.
    #[error("an empty NAL unit")]
    EmptyNal,
    /// A NAL unit has more bytes than any coded picture can have. The value is the number of bytes.
    #[error("a NAL unit of {0} bytes")]
    LongNal(usize),
    /// `forbidden_zero_bit` is 1 (7.4.1): the bytes are damaged.
    #[error("the forbidden bit is set")]
    ForbiddenBit,
    /// A NAL unit has another type than the caller needs.
    #[error("a NAL unit of type {found} where {wanted} belongs")]
    Kind {
        /// The kind of NAL unit that the caller needs, in words.
        wanted: &'static str,
        /// The `nal_unit_type` of the NAL unit.
        found: u8,
    },
    /// The bytes are not an `AVCDecoderConfigurationRecord` with exactly one SPS and one PPS.
    #[error("the avcC does not hold one SPS and one PPS")]
    Avcc,
    /// The standard does not allow a value, or the value contradicts
    /// the parameter sets. The text names the value.
    #[error("{0} is out of range")]
    OutOfRange(&'static str),
    /// The stream is valid H.264, but not of the one kind that this module supports.
    #[error("not supported: {0}")]
    Unsupported(#[from] Unsupported),
    /// The HUD does not begin at a row of macroblocks inside the
    /// picture. The value is the requested first line.
    #[error("no row of macroblocks of the picture begins at line {0}")]
    HudTop(u32),
    /// The number of bytes does not match the size of the HUD, or the number of guard lines is odd.
    #[error("{found} bytes of pixels, or an odd guard, where {wanted} bytes belong")]
    HudBytes {
        /// Number of bytes of planar 4:2:0 pixels for the HUD and its guard lines.
        wanted: usize,
        /// Number of bytes that the caller gave.
        found: usize,
    },
    /// A HUD slice with skipped macroblocks cannot stand in an IDR picture, because an IDR
    /// picture has only I slices (7.4.3, `slice_type`).
    #[error("an update in an IDR picture")]
    UpdateInIdr,
}

/// A feature that a stream uses and that the slices of this module do not support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// `chroma_format_idc` is not 1.
    #[error("chroma other than 4:2:0")]
    ChromaFormat,
    /// `bit_depth_luma_minus8` or `bit_depth_chroma_minus8` is not 0.
    #[error("samples of more than 8 bits")]
    BitDepth,
    /// `qpprime_y_zero_transform_bypass_flag` is 1.
    #[error("lossless coding")]
    TransformBypass,
    /// The SPS has scaling lists. The lists do not affect the
    /// written slices, but this module does not parse them.
    #[error("scaling matrices")]
    ScalingMatrices,
    /// `pic_order_cnt_type` is not 2: the output order of pictures may differ from their coding order.
    #[error("picture order count type {0}")]
    PicOrderCountType(u32),
    /// `max_num_ref_frames` is 0: no picture can refer to another picture.
    #[error("no reference pictures")]
    NoReferences,
    /// `frame_mbs_only_flag` is 0.
    #[error("interlaced pictures")]
    Interlace,
    /// The SPS crops pixels at the left or the top, so the HUD would not be aligned to macroblocks.
    #[error("cropping at the left or the top")]
    Cropping,
    /// `entropy_coding_mode_flag` is 1.
    #[error("CABAC")]
    Cabac,
    /// `num_slice_groups_minus1` is not 0: the stream uses flexible macroblock order.
    #[error("slice groups")]
    SliceGroups,
    /// `weighted_pred_flag` is 1.
    #[error("weighted prediction")]
    WeightedPrediction,
    /// `deblocking_filter_control_present_flag` is 0: slice headers cannot turn off the loop filter.
    #[error("a loop filter that slices do not control")]
    NoDeblockingControl,
    /// `constrained_intra_pred_flag` is 1: intra macroblocks of a P slice cannot use skipped neighbours.
    #[error("constrained intra prediction")]
    ConstrainedIntraPrediction,
    /// `redundant_pic_cnt_present_flag` is 1.
    #[error("redundant pictures")]
    RedundantPictures,
    /// The slice is neither an I slice nor a P slice. The value is its `slice_type`.
    #[error("slice type {0}")]
    SliceType(u32),
    /// `nal_ref_idc` is 0: skipped macroblocks of the next picture would copy an older picture instead.
    #[error("a picture that is no reference")]
    NoReference,
    /// `dec_ref_pic_marking` is none of these: sliding window, the marking of an IDR picture, MMCO 5 alone.
    #[error("marking of reference pictures")]
    ReferenceMarking,
}
