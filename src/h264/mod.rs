//! H.264 as bits: reading the slices of a coded picture, and writing the one that holds the HUD.
//!
//! For the stitch renderer, which shows an exercise loop encoded once and burns another HUD into each of
//! its pictures without encoding anything. Clauses are those of ITU-T H.264 (ISO/IEC 14496-10).
//!
//! A picture is cut into slices: runs of macroblocks (16x16 pixels), left to right, top to bottom. What
//! makes the trick possible is that slices of one picture are decoded apart: no prediction of pixels, no
//! motion vector, no count of coefficients crosses from one to another (6.4.8), and the loop filter need
//! not (7.4.3, `disable_deblocking_filter_idc`). So the bottom slice can be another one each time:
//!
//! ```text
//! ┌────────────────────────┐
//! │ slices of the encoder  │  kept byte for byte. Only IDR pictures have a second form, by which
//! │                        │  a loop goes on without an IDR picture: `restart_form`
//! ├────────────────────────┤  first macroblock of the HUD: `HudSliceShape`
//! │ slice written here     │  `HudSliceShape::write_key`: every macroblock anew, for an IDR picture
//! └────────────────────────┘  `HudSliceShape::write_update`: only those that changed, the others skipped
//! ```
//!
//! A written macroblock is exact to the pixel, in one of two ways: raw (I_PCM, 384 bytes), or, where a
//! prediction from its neighbours already gives the wanted pixels, that prediction without a residual
//! (Intra_16x16, about one byte). The encoder's lossy tools are not used at all.
//!
//! That keeps this module small, but it holds only for streams of one kind: progressive 4:2:0 of 8 bits,
//! CAVLC, pictures shown in the order they are coded, each of them a reference for the next.
//! [`Parameters`] and [`SliceHeader`] refuse everything else by name ([`Unsupported`]).
//!
//! | file | holds |
//! | --- | --- |
//! | `bits` | bits and Exp-Golomb codes, with emulation prevention below them |
//! | `nal` | samples -> NAL units |
//! | `parameters` | what SPS and PPS say that matters here |
//! | `slice` | slice headers: reading, writing, and the restart form |
//! | `cavlc` | residual blocks: how many coefficients, and how they are written |
//! | `slice_stats` | what a slice's macroblocks demand of a decoder |
//! | `hud_pixels` | where the HUD lies, its pixels, what changed in it |
//! | `prediction` | which prediction gives a macroblock exactly |
//! | `hud_slice` | the HUD slice |
//!
//! Pure code: it knows neither MP4 boxes nor workouts. It reads bytes it did not write, so every reader
//! is bounded and gives a [`H264Error`], never a panic.

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

/// Side of a macroblock in luma samples.
pub const MACROBLOCK: usize = 16;

/// Why bytes cannot be read, or a slice cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum H264Error {
    /// A NAL unit, a parameter set or a header goes on after its last byte.
    #[error("the bytes end too early")]
    Truncated,
    /// A NAL unit without a byte.
    #[error("an empty NAL unit")]
    EmptyNal,
    /// A NAL unit longer than any picture may be.
    #[error("a NAL unit of {0} bytes")]
    LongNal(usize),
    /// `forbidden_zero_bit` is 1 (7.4.1): the bytes are damaged.
    #[error("the forbidden bit is set")]
    ForbiddenBit,
    /// A NAL unit of another kind than the one asked for.
    #[error("a NAL unit of type {found} where {wanted} belongs")]
    Kind {
        /// What was asked for.
        wanted: &'static str,
        /// The `nal_unit_type`.
        found: u8,
    },
    /// Not an `AVCDecoderConfigurationRecord` with one SPS and one PPS.
    #[error("the avcC does not hold one SPS and one PPS")]
    Avcc,
    /// A value that the standard does not allow, or that does not fit the parameter sets.
    #[error("{0} is out of range")]
    OutOfRange(&'static str),
    /// Sound H.264, but not of the one kind that this module knows.
    #[error("not supported: {0}")]
    Unsupported(#[from] Unsupported),
    /// The HUD does not begin at a row of macroblocks inside the picture.
    #[error("no row of macroblocks of the picture begins at line {0}")]
    HudTop(u32),
    /// The HUD's bytes are not as many as its size says, or an odd number of lines is to be left out.
    #[error("{found} bytes of pixels, or an odd guard, where {wanted} bytes belong")]
    HudBytes {
        /// Bytes of planar 4:2:0 of the HUD's size.
        wanted: usize,
        /// Bytes given.
        found: usize,
    },
    /// An IDR picture has nothing before it from which a macroblock could be skipped (7.4.3, `slice_type`).
    #[error("an update in an IDR picture")]
    UpdateInIdr,
}

/// What a stream uses and the slices written here cannot live with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// `chroma_format_idc` is not 1.
    #[error("chroma other than 4:2:0")]
    ChromaFormat,
    /// More than 8 bits per sample.
    #[error("samples of more than 8 bits")]
    BitDepth,
    /// `qpprime_y_zero_transform_bypass_flag`.
    #[error("lossless coding")]
    TransformBypass,
    /// Scaling lists in the SPS. They would not matter, but are not read.
    #[error("scaling matrices")]
    ScalingMatrices,
    /// `pic_order_cnt_type` is not 2: pictures may be shown in another order than they are coded.
    #[error("picture order count type {0}")]
    PicOrderCountType(u32),
    /// `max_num_ref_frames` is 0: no picture can refer to another.
    #[error("no reference pictures")]
    NoReferences,
    /// `frame_mbs_only_flag` is 0.
    #[error("interlaced pictures")]
    Interlace,
    /// Cropping at the left or the top, which would move the HUD against the macroblocks.
    #[error("cropping at the left or the top")]
    Cropping,
    /// `entropy_coding_mode_flag`.
    #[error("CABAC")]
    Cabac,
    /// `num_slice_groups_minus1` is not 0: flexible macroblock order.
    #[error("slice groups")]
    SliceGroups,
    /// `weighted_pred_flag`.
    #[error("weighted prediction")]
    WeightedPrediction,
    /// `deblocking_filter_control_present_flag` is 0: the loop filter cannot be turned off.
    #[error("a loop filter that slices do not control")]
    NoDeblockingControl,
    /// `constrained_intra_pred_flag`: intra macroblocks of a P slice do not see skipped neighbours.
    #[error("constrained intra prediction")]
    ConstrainedIntraPrediction,
    /// `redundant_pic_cnt_present_flag`.
    #[error("redundant pictures")]
    RedundantPictures,
    /// Neither an I nor a P slice.
    #[error("slice type {0}")]
    SliceType(u32),
    /// `nal_ref_idc` is 0: the next picture would skip from one before it.
    #[error("a picture that is no reference")]
    NoReference,
    /// `dec_ref_pic_marking` other than the usual sliding window, IDR, or MMCO 5 alone.
    #[error("marking of reference pictures")]
    ReferenceMarking,
}
