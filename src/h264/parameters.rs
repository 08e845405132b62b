//! Parameter sets: what SPS (7.3.2.1.1) and PPS (7.3.2.2) say that the slices of a stream depend on.

use super::bits::{BitReader, data_bits};
use super::nal::{NalKind, NalUnit};
use super::{H264Error, MACROBLOCK, Unsupported};

/// No picture of any level is wider or higher than this, in macroblocks: the square root of 8 times the
/// 139,264 macroblocks of level 6.2 (A.3.1, table A-1).
const MAX_MACROBLOCKS: u32 = 1055;

/// Luma samples of one step of cropping in progressive 4:2:0 (7.4.2.1.1, `CropUnitX` and `CropUnitY`).
const CROP_UNIT: u32 = 2;

/// A stream of the kind this module knows: its picture, and how wide the fields of its slice headers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters {
    columns: u32,
    rows: u32,
    width: u32,
    height: u32,
    frame_num_bits: u32,
    default_references: u32,
    pub(super) pps_id: u32,
    /// `pic_init_qp_minus26` + 26: what `slice_qp_delta` is added to.
    pub(super) quantiser: i64,
    /// `transform_8x8_mode_flag`.
    pub(super) transform_8x8: bool,
}

impl Parameters {
    /// From the NAL units of both sets.
    pub fn read(sps: &[u8], pps: &[u8]) -> Result<Self, H264Error> {
        let picture = Sps::read(of_kind(sps, NalKind::Sps, "an SPS")?)?;
        let end = data_bits(NalUnit::new(pps)?).unwrap_or(0);
        Pps::read(of_kind(pps, NalKind::Pps, "a PPS")?, end)?.with(&picture)
    }

    /// From the payload of an avcC box, which must hold one SPS and one PPS.
    pub fn from_avcc(avcc: &[u8]) -> Result<Self, H264Error> {
        let [sps, pps] = parameter_sets(avcc)?;
        Self::read(sps, pps)
    }

    /// Macroblocks across the picture.
    #[must_use]
    pub fn columns(&self) -> u32 {
        self.columns
    }

    /// Macroblocks down the picture.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Pixels across the picture that is shown.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Lines of the picture that is shown.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// `log2_max_frame_num`: 4 to 16. `frame_num` counts modulo 2 to the power of it.
    #[must_use]
    pub fn frame_num_bits(&self) -> u32 {
        self.frame_num_bits
    }

    /// `num_ref_idx_l0_default_active_minus1` + 1: how many pictures a P slice refers to that does not say.
    #[must_use]
    pub fn default_references(&self) -> u32 {
        self.default_references
    }
}

/// The NAL units of the SPS and the PPS of an avcC payload that holds one of each.
///
/// AVCDecoderConfigurationRecord (ISO/IEC 14496-15 5.3.3.1): version, profile, constraints, level and
/// the size of lengths; then five bits of number of SPS, and each behind a 16-bit length; then eight
/// bits of number of PPS, and likewise. What follows repeats what the SPS says.
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

/// ue(v) of at most `most`.
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

/// Values of `profile_idc` whose SPS says how samples are coded (7.3.2.1.1); without it: 8 bits, 4:2:0.
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
        bits.flag()?; // direct_8x8_inference_flag, of B slices
        let (right, bottom) = read_cropping(bits)?;
        let shown = |macroblocks: u32, cropped: u32| {
            let left = (macroblocks * MACROBLOCK as u32).checked_sub(cropped.saturating_mul(CROP_UNIT));
            left.filter(|left| *left > 0)
                .ok_or(H264Error::OutOfRange("cropping"))
        };
        // VUI follows: shapes of pixels, colours and times, nothing of slices.
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

/// Goes past what High profiles add, which must say 4:2:0 of 8 bits.
fn refuse_sample_format(bits: &mut BitReader<'_>) -> Result<(), H264Error> {
    // 3, 4:4:4, is also the only one that can have separate colour planes.
    refuse(bits.ue()? != 1, Unsupported::ChromaFormat)?;
    refuse(bits.ue()? != 0 || bits.ue()? != 0, Unsupported::BitDepth)?;
    refuse(bits.flag()?, Unsupported::TransformBypass)?;
    refuse(bits.flag()?, Unsupported::ScalingMatrices)
}

/// `frame_crop_right_offset` and `frame_crop_bottom_offset`; those of left and top must be 0.
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
        bits.flag()?; // bottom_field_pic_order_in_frame_present_flag, of order count types 0 and 1
        refuse(bits.ue()? != 0, Unsupported::SliceGroups)?;
        let default_references = 1 + ue_up_to(bits, 31, "num_ref_idx_l0_default_active_minus1")?;
        ue_up_to(bits, 31, "num_ref_idx_l1_default_active_minus1")?;
        refuse(bits.flag()?, Unsupported::WeightedPrediction)?;
        bits.bits(2)?; // weighted_bipred_idc, of B slices
        let quantiser = 26 + bits.se()?; // pic_init_qp_minus26
        bits.se()?; // pic_init_qs_minus26
        bits.se()?; // chroma_qp_index_offset
        refuse(!bits.flag()?, Unsupported::NoDeblockingControl)?;
        refuse(bits.flag()?, Unsupported::ConstrainedIntraPrediction)?;
        refuse(bits.flag()?, Unsupported::RedundantPictures)?;
        // It adds a flag to I_NxN and inter macroblocks with a residual (7.3.5), not to I_16x16, I_PCM and P_Skip,
        // which are all that is written here.
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
