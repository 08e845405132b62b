//! Parameter sets: reads the fields of SPS (7.3.2.1.1) and PPS
//! (7.3.2.2) on which the slices of a stream depend.
//!
//! The readers and writers of slices use [`Parameters`]. This file does not read the VUI, and refuses a
//! stream that the `h264` module does not support.

use super::bits::{BitReader, data_bits};
use super::nal::{NalKind, NalUnit};
use super::{H264Error, MACROBLOCK, Unsupported};

/// Limit for the width and the height of a picture in macroblocks. No level allows more: the square root of 8
/// times the 139,264 macroblocks of level 6.2 (A.3.1, table A-1).
const MAX_MACROBLOCKS: u32 = 1055;

/// Luma samples per unit of the cropping offsets in progressive
/// 4:2:0 (7.4.2.1.1, `CropUnitX` and `CropUnitY`).
const CROP_UNIT: u32 = 2;

/// The SPS and PPS of a supported stream: size of the picture, and
/// the widths and defaults of slice header fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters {
    columns: u32,
    rows: u32,
    width: u32,
    height: u32,
    frame_num_bits: u32,
    default_references: u32,
    pub(super) pps_id: u32,
    /// `pic_init_qp_minus26` + 26. A slice adds its `slice_qp_delta` to this value.
    pub(super) quantiser: i64,
    /// `transform_8x8_mode_flag`.
    pub(super) transform_8x8: bool,
}

impl Parameters {
    /// Reads the NAL units of the SPS and of the PPS.
    pub fn read(sps: &[u8], pps: &[u8]) -> Result<Self, H264Error> {
        let picture = Sps::read(of_kind(sps, NalKind::Sps, "an SPS")?)?;
        let end = data_bits(NalUnit::new(pps)?).unwrap_or(0);
        Pps::read(of_kind(pps, NalKind::Pps, "a PPS")?, end)?.with(&picture)
    }

    /// Reads the payload of an avcC box, which must contain exactly one SPS and one PPS.
    pub fn from_avcc(avcc: &[u8]) -> Result<Self, H264Error> {
        let [sps, pps] = parameter_sets(avcc)?;
        Self::read(sps, pps)
    }

    /// Number of macroblocks in a row of the coded picture.
    #[must_use]
    pub fn columns(&self) -> u32 {
        self.columns
    }

    /// Number of rows of macroblocks in the coded picture.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Width of the shown (cropped) picture in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height of the shown (cropped) picture in lines.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// `log2_max_frame_num`, 4 to 16. `frame_num` counts modulo 2 to the power of this number.
    #[must_use]
    pub fn frame_num_bits(&self) -> u32 {
        self.frame_num_bits
    }

    /// `num_ref_idx_l0_default_active_minus1` + 1: number of
    /// references of a P slice that does not override it.
    #[must_use]
    pub fn default_references(&self) -> u32 {
        self.default_references
    }
}

/// The NAL units of the SPS and the PPS in an avcC payload, which must contain exactly one of each.
///
/// The payload is an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1). It contains, in this order:
/// version, profile, constraints, level and the size of the lengths; the number of SPS in five bits; each SPS
/// after a 16-bit length; the number of PPS in eight bits; each PPS after a 16-bit length. The fields after
/// the PPS only repeat fields of the SPS, so this function ignores them.
pub fn parameter_sets(avcc: &[u8]) -> Result<[&[u8]; 2], H264Error> {
    let (head, rest) = avcc.split_first_chunk::<6>().ok_or(H264Error::Avcc)?;
    if head[0] != 1 || head[5] & 31 != 1 {
        return Err(H264Error::Avcc);
    }
    let (sps, rest) = behind_length(rest)?;
    let (&count, rest) = rest.split_first().ok_or(H264Error::Avcc)?;
    if count != 1 {
        return Err(H264Error::Avcc);
    }
    let (pps, _) = behind_length(rest)?;
    Ok([sps, pps])
}

fn behind_length(bytes: &[u8]) -> Result<(&[u8], &[u8]), H264Error> {
    let (length, rest) = bytes.split_first_chunk().ok_or(H264Error::Avcc)?;
    rest.split_at_checked(u16::from_be_bytes(*length).into())
        .ok_or(H264Error::Avcc)
}

fn of_kind<'a>(bytes: &'a [u8], kind: NalKind, wanted: &'static str) -> Result<BitReader<'a>, H264Error> {
    let nal = NalUnit::new(bytes)?;
    if nal.kind() != kind {
        let found = nal.kind().number();
        return Err(H264Error::Kind { wanted, found });
    }
    Ok(BitReader::new(nal))
}

fn refuse(condition: bool, what: Unsupported) -> Result<(), H264Error> {
    if condition { Err(what.into()) } else { Ok(()) }
}

/// Reads ue(v) and refuses a value above `most`.
pub(super) fn ue_up_to(bits: &mut BitReader<'_>, most: u32, name: &'static str) -> Result<u32, H264Error> {
    let value = bits.ue()?;
    if value > most {
        Err(H264Error::OutOfRange(name))
    } else {
        Ok(value)
    }
}

struct Sps {
    id: u32,
    columns: u32,
    rows: u32,
    width: u32,
    height: u32,
    frame_num_bits: u32,
}

/// Values of `profile_idc` whose SPS contains the sample format
/// (7.3.2.1.1). The other profiles have 8 bits and 4:2:0.
const WITH_SAMPLE_FORMAT: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

impl Sps {
    fn read(mut bits: BitReader<'_>) -> Result<Self, H264Error> {
        let bits = &mut bits;
        let profile_idc = bits.bits(8)?;
        bits.bits(16)?; // constraint flags and level_idc
        let id = ue_up_to(bits, 31, "seq_parameter_set_id")?;
        if WITH_SAMPLE_FORMAT.contains(&profile_idc) {
            refuse_sample_format(bits)?;
        }
        let frame_num_bits = 4 + ue_up_to(bits, 12, "log2_max_frame_num_minus4")?;
        let order = ue_up_to(bits, 2, "pic_order_cnt_type")?;
        refuse(order != 2, Unsupported::PicOrderCountType(order))?;
        let references = ue_up_to(bits, 16, "max_num_ref_frames")?;
        refuse(references == 0, Unsupported::NoReferences)?;
        bits.flag()?; // gaps_in_frame_num_value_allowed_flag
        let columns = 1 + ue_up_to(bits, MAX_MACROBLOCKS - 1, "pic_width_in_mbs_minus1")?;
        let rows = 1 + ue_up_to(bits, MAX_MACROBLOCKS - 1, "pic_height_in_map_units_minus1")?;
        refuse(!bits.flag()?, Unsupported::Interlace)?;
        bits.flag()?; // direct_8x8_inference_flag, for B slices only
        let (right, bottom) = read_cropping(bits)?;
        let shown = |macroblocks: u32, cropped: u32| {
            let left = (macroblocks * MACROBLOCK as u32).checked_sub(cropped.saturating_mul(CROP_UNIT));
            left.filter(|left| *left > 0)
                .ok_or(H264Error::OutOfRange("cropping"))
        };
        // The VUI follows. It describes pixel shape, colours and timing, and does not affect slices.
        Ok(Self {
            id,
            columns,
            rows,
            width: shown(columns, right)?,
            height: shown(rows, bottom)?,
            frame_num_bits,
        })
    }
}

/// Reads the sample format of High profiles and refuses all but 4:2:0 with 8 bits.
fn refuse_sample_format(bits: &mut BitReader<'_>) -> Result<(), H264Error> {
    // chroma_format_idc. Only its value 3, 4:4:4, is followed by a flag for separate colour planes.
    refuse(bits.ue()? != 1, Unsupported::ChromaFormat)?;
    refuse(bits.ue()? != 0 || bits.ue()? != 0, Unsupported::BitDepth)?;
    refuse(bits.flag()?, Unsupported::TransformBypass)?;
    refuse(bits.flag()?, Unsupported::ScalingMatrices)
}

/// Returns `frame_crop_right_offset` and `frame_crop_bottom_offset`. The offsets of left and top must be 0.
fn read_cropping(bits: &mut BitReader<'_>) -> Result<(u32, u32), H264Error> {
    if !bits.flag()? {
        return Ok((0, 0));
    }
    let (left, right, top, bottom) = (bits.ue()?, bits.ue()?, bits.ue()?, bits.ue()?);
    refuse(left != 0 || top != 0, Unsupported::Cropping)?;
    Ok((right, bottom))
}

struct Pps {
    id: u32,
    sps_id: u32,
    default_references: u32,
    quantiser: i64,
    transform_8x8: bool,
}

impl Pps {
    fn read(mut bits: BitReader<'_>, end: u64) -> Result<Self, H264Error> {
        let bits = &mut bits;
        let id = ue_up_to(bits, 255, "pic_parameter_set_id")?;
        let sps_id = ue_up_to(bits, 31, "seq_parameter_set_id")?;
        refuse(bits.flag()?, Unsupported::Cabac)?;
        bits.flag()?; // bottom_field_pic_order_in_frame_present_flag, for order count types 0 and 1 only
        refuse(bits.ue()? != 0, Unsupported::SliceGroups)?;
        let default_references = 1 + ue_up_to(bits, 31, "num_ref_idx_l0_default_active_minus1")?;
        ue_up_to(bits, 31, "num_ref_idx_l1_default_active_minus1")?;
        refuse(bits.flag()?, Unsupported::WeightedPrediction)?;
        bits.bits(2)?; // weighted_bipred_idc, for B slices only
        let quantiser = 26 + bits.se()?; // pic_init_qp_minus26
        bits.se()?; // pic_init_qs_minus26
        bits.se()?; // chroma_qp_index_offset
        refuse(!bits.flag()?, Unsupported::NoDeblockingControl)?;
        refuse(bits.flag()?, Unsupported::ConstrainedIntraPrediction)?;
        refuse(bits.flag()?, Unsupported::RedundantPictures)?;
        // transform_8x8_mode_flag adds a flag to I_NxN and inter macroblocks with a residual
        // (7.3.5), but not to I_16x16, I_PCM and P_Skip. The written slices contain only
        // these three, so the flag does not affect them.
        let transform_8x8 = bits.position() < end && bits.flag()?;
        Ok(Self {
            id,
            sps_id,
            default_references,
            quantiser,
            transform_8x8,
        })
    }

    fn with(&self, sps: &Sps) -> Result<Parameters, H264Error> {
        if self.sps_id != sps.id {
            return Err(H264Error::OutOfRange("seq_parameter_set_id"));
        }
        Ok(Parameters {
            columns: sps.columns,
            rows: sps.rows,
            width: sps.width,
            height: sps.height,
            frame_num_bits: sps.frame_num_bits,
            default_references: self.default_references,
            pps_id: self.id,
            quantiser: self.quantiser,
            transform_8x8: self.transform_8x8,
        })
    }
}
