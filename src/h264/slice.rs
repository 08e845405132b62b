//! Slice headers (7.3.3): reads the headers of the encoder's slices and writes the headers of HUD slices.
//!
//! [`restart_form`] also rewrites the header of a slice in an IDR
//! picture. This file does not parse slice data.

use super::bits::{BitReader, BitWriter};
use super::nal::{NalKind, NalUnit, RefIdc};
use super::parameters::{Parameters, ue_up_to};
use super::{H264Error, Unsupported};

/// `slice_type` (table 7-6): whether the macroblocks of a slice may refer to other pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SliceType {
    /// Intra macroblocks only.
    I,
    /// Intra macroblocks, macroblocks predicted from one earlier picture, skipped macroblocks.
    P,
}

impl SliceType {
    /// Accepts a `slice_type` of 0 to 9. The values from 5 on also say that
    /// all slices of the picture have the same type.
    fn of(value: u32) -> Result<Self, H264Error> {
        match value {
            0 | 5 => Ok(Self::P),
            2 | 7 => Ok(Self::I),
            1 | 3 | 4 | 6 | 8 | 9 => Err(Unsupported::SliceType(value).into()),
            _ => Err(H264Error::OutOfRange("slice_type")),
        }
    }

    /// The `slice_type` that says nothing about the other slices of the picture. It may stand beside the
    /// encoder's slices of the same type: their values 5 and 7 only demand that the types are equal (7.4.3).
    fn alone(self) -> u32 {
        match self {
            Self::P => 0,
            Self::I => 2,
        }
    }
}

/// How a picture marks reference pictures (7.3.3.3, 8.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marking {
    /// An IDR picture: neither this picture nor a later one refers to an earlier picture.
    Idr {
        /// `idr_pic_id`. Two consecutive IDR pictures have different values.
        idr_pic_id: u16,
    },
    /// `memory_management_control_operation` 5. After the decoder has decoded this picture, the decoder drops
    /// all earlier reference pictures and sets `frame_num` of this picture to 0, as for an IDR picture.
    /// Unlike an IDR picture, this picture may refer to the picture before it.
    Restart,
    /// Sliding window: when there are too many reference pictures, the decoder drops the oldest one.
    Plain,
}

/// The header fields that must be equal in all slices of a picture (7.4.3, 7.4.1.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureHead {
    /// `nal_ref_idc`.
    pub ref_idc: RefIdc,
    /// Number of reference pictures since the last IDR picture or restart, counting that picture too. 0 in an
    /// IDR picture. The header stores this number modulo MaxFrameNum.
    pub frame_num: u32,
    /// What this picture does to earlier reference pictures.
    pub marking: Marking,
}

impl PictureHead {
    fn kind(&self) -> NalKind {
        match self.marking {
            Marking::Idr { .. } => NalKind::IdrSlice,
            Marking::Restart | Marking::Plain => NalKind::Slice,
        }
    }
}

/// `disable_deblocking_filter_idc` (7.4.3): the edges that the loop filter smooths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deblocking {
    /// 0: all edges, including those between slices.
    All,
    /// 1: no edges.
    Off,
    /// 2: the edges inside the slice.
    WithinSlice,
}

/// The header of an I or P slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SliceHeader {
    /// `first_mb_in_slice`: the index of the slice's first macroblock, in raster order.
    pub first_macroblock: u32,
    /// I or P.
    pub slice_type: SliceType,
    /// The fields that all slices of the picture share.
    pub picture: PictureHead,
    /// The edges that the loop filter smooths.
    pub deblocking: Deblocking,
}

impl SliceHeader {
    /// Reads the header of a slice. `parameters` are those of the slice's stream.
    pub fn read(nal: NalUnit<'_>, parameters: &Parameters) -> Result<Self, H264Error> {
        DataStart::read(&mut BitReader::new(nal), nal, parameters).map(|start| start.header)
    }
}

/// The values of a slice header on which the parser of slice data depends.
#[derive(Debug, Clone, Copy)]
pub(super) struct DataStart {
    pub header: SliceHeader,
    /// Maximum number of pictures to which the slice may refer:
    /// `num_ref_idx_l0_active_minus1` + 1, or 0 for an I slice.
    pub references: u32,
    /// `SliceQPY`.
    pub quantiser: i64,
}

impl DataStart {
    /// Reads the whole header. Afterwards `bits` is at the first bit of the slice data.
    pub fn read(
        bits: &mut BitReader<'_>,
        nal: NalUnit<'_>,
        parameters: &Parameters,
    ) -> Result<Self, H264Error> {
        let start = Start::read(bits, nal, parameters)?;
        let quantiser = parameters.quantiser + bits.se()?; // slice_qp_delta
        if !(0..=51).contains(&quantiser) {
            return Err(H264Error::OutOfRange("slice_qp_delta"));
        }
        Ok(Self {
            header: SliceHeader {
                first_macroblock: start.first_macroblock,
                slice_type: start.slice_type,
                picture: start.picture,
                deblocking: read_deblocking(bits)?,
            },
            references: start.references,
            quantiser,
        })
    }
}

/// The slice header from its start to `dec_ref_pic_marking`. A slice and
/// its restart form differ only in these fields.
struct Start {
    first_macroblock: u32,
    slice_type: SliceType,
    picture: PictureHead,
    references: u32,
}

impl Start {
    fn read(bits: &mut BitReader<'_>, nal: NalUnit<'_>, parameters: &Parameters) -> Result<Self, H264Error> {
        let idr = match nal.kind() {
            NalKind::Slice => false,
            NalKind::IdrSlice => true,
            other => {
                return Err(H264Error::Kind {
                    wanted: "a slice",
                    found: other.number(),
                });
            }
        };
        let ref_idc = nal.ref_idc().ok_or(Unsupported::NoReference)?;
        let last = parameters.columns() * parameters.rows() - 1;
        let first_macroblock = ue_up_to(bits, last, "first_mb_in_slice")?;
        let slice_type = SliceType::of(bits.ue()?)?;
        if bits.ue()? != parameters.pps_id {
            return Err(H264Error::OutOfRange("pic_parameter_set_id"));
        }
        let frame_num = bits.bits(parameters.frame_num_bits())?;
        if idr && (frame_num != 0 || slice_type != SliceType::I) {
            return Err(H264Error::OutOfRange("frame_num or slice_type of an IDR picture"));
        }
        let idr_pic_id = if idr {
            ue_up_to(bits, 65_535, "idr_pic_id")? as u16
        } else {
            0
        };
        let references = match slice_type {
            SliceType::P => read_references(bits, parameters)?,
            SliceType::I => 0,
        };
        let marking = if idr {
            read_idr_marking(bits, idr_pic_id)?
        } else {
            read_marking(bits)?
        };
        Ok(Self {
            first_macroblock,
            slice_type,
            picture: PictureHead {
                ref_idc,
                frame_num,
                marking,
            },
            references,
        })
    }

    fn write(&self, bits: &mut BitWriter<'_>, parameters: &Parameters) {
        bits.ue(self.first_macroblock);
        bits.ue(self.slice_type.alone());
        bits.ue(parameters.pps_id);
        let frame_num_bits = parameters.frame_num_bits();
        bits.bits(
            self.picture.frame_num & ((1 << frame_num_bits) - 1),
            frame_num_bits,
        );
        if let Marking::Idr { idr_pic_id } = self.picture.marking {
            bits.ue(idr_pic_id.into());
        }
        if self.slice_type == SliceType::P {
            bits.flag(true); // num_ref_idx_active_override_flag
            bits.ue(0); // num_ref_idx_l0_active_minus1: one reference
            bits.flag(false); // ref_pic_list_modification_flag_l0: the previous picture (8.2.4.2.1)
        }
        write_marking(bits, self.picture.marking);
    }
}

/// Reads the number of references (7.3.3) and reads past the commands that reorder them (7.3.3.1).
fn read_references(bits: &mut BitReader<'_>, parameters: &Parameters) -> Result<u32, H264Error> {
    let mut references = parameters.default_references();
    if bits.flag()? {
        references = 1 + ue_up_to(bits, 31, "num_ref_idx_l0_active_minus1")?;
    }
    if !bits.flag()? {
        return Ok(references);
    }
    // At most one command per entry of the list. The value 3 ends the commands (7.4.3.1).
    for _ in 0..=references {
        match bits.ue()? {
            0..=2 => bits.ue()?,
            3 => return Ok(references),
            _ => break,
        };
    }
    Err(H264Error::OutOfRange("ref_pic_list_modification"))
}

/// Reads `dec_ref_pic_marking` of an IDR picture (7.3.3.3).
fn read_idr_marking(bits: &mut BitReader<'_>, idr_pic_id: u16) -> Result<Marking, H264Error> {
    bits.flag()?; // no_output_of_prior_pics_flag: all are already output, in coding order
    if bits.flag()? {
        return Err(Unsupported::ReferenceMarking.into()); // long_term_reference_flag
    }
    Ok(Marking::Idr { idr_pic_id })
}

/// Values of `memory_management_control_operation` (table 7-9): the end of the list,
/// and the one that drops all reference pictures.
const MMCO_END: u32 = 0;
const MMCO_RESTART: u32 = 5;

/// Reads `dec_ref_pic_marking` of a picture that is not an IDR picture (7.3.3.3).
fn read_marking(bits: &mut BitReader<'_>) -> Result<Marking, H264Error> {
    if !bits.flag()? {
        return Ok(Marking::Plain);
    }
    if bits.ue()? == MMCO_RESTART && bits.ue()? == MMCO_END {
        return Ok(Marking::Restart);
    }
    Err(Unsupported::ReferenceMarking.into())
}

fn write_marking(bits: &mut BitWriter<'_>, marking: Marking) {
    match marking {
        // no_output_of_prior_pics_flag, long_term_reference_flag
        Marking::Idr { .. } => bits.bits(0, 2),
        // adaptive_ref_pic_marking_mode_flag
        Marking::Plain => bits.flag(false),
        Marking::Restart => {
            bits.flag(true);
            bits.ue(MMCO_RESTART);
            bits.ue(MMCO_END);
        }
    }
}

fn read_deblocking(bits: &mut BitReader<'_>) -> Result<Deblocking, H264Error> {
    let deblocking = match bits.ue()? {
        0 => Deblocking::All,
        1 => return Ok(Deblocking::Off),
        2 => Deblocking::WithinSlice,
        _ => return Err(H264Error::OutOfRange("disable_deblocking_filter_idc")),
    };
    for _ in ["slice_alpha_c0_offset_div2", "slice_beta_offset_div2"] {
        if !(-6..=6).contains(&bits.se()?) {
            return Err(H264Error::OutOfRange("an offset of the loop filter"));
        }
    }
    Ok(deblocking)
}

/// Begins a HUD slice: writes the length, the NAL header and the slice header, up to the first macroblock.
pub(super) fn begin_slice<'a>(
    out: &'a mut Vec<u8>,
    parameters: &Parameters,
    first_macroblock: u32,
    slice_type: SliceType,
    picture: PictureHead,
) -> BitWriter<'a> {
    let mut bits = BitWriter::new(out, picture.kind(), picture.ref_idc);
    let start = Start {
        first_macroblock,
        slice_type,
        picture,
        references: 1,
    };
    start.write(&mut bits, parameters);
    bits.ue(0); // slice_qp_delta as se(v): 0. The quantiser has no effect without a residual.
    bits.ue(1); // disable_deblocking_filter_idc: the loop filter must not change the pixels
    bits
}

/// Rewrites a slice of an IDR picture as a slice of another picture,
/// and appends it to `out` after a 4-byte length.
///
/// Rewrite all slices of the IDR picture in this way. Then the picture and the pictures after it decode to
/// the same pixels as before. But the rewritten picture may follow any picture, and a HUD slice beside the
/// rewritten slices may skip macroblocks, which copies them from the previous picture. `frame_num` is the
/// number of reference pictures since the last IDR picture or restart, counting that picture too.
///
/// Only the header changes: the type of the NAL unit, `frame_num`, no `idr_pic_id`, and MMCO 5
/// ([`Marking::Restart`]). The slice type becomes 2 where x264 writes 7, because 7 would forbid a P slice in
/// the same picture (7.4.3). The function copies the slice data:
///
/// ```text
/// slice_type   0001000 (7)  ->  011 (2)                                -4 bits
/// idr_pic_id   1 (0)        ->                                         -1, or -3 where it is 010 (1)
/// marking      00           ->  1 00110 1 (adaptive, 5, end)           +5
/// ```
///
/// x264 alternates the `idr_pic_id` of its IDR pictures between 0 and 1. So the slice data of every
/// second IDR picture moves by two bits within its bytes. This move only harms raw macroblocks:
/// they begin at byte boundaries (7.3.5, `pcm_alignment_zero_bit`), and after the move they no
/// longer do. x264 codes no raw macroblocks at the qualities of exercises. If it does, the restart
/// form decodes to other pixels. The caller must check this.
pub fn restart_form(
    slice: NalUnit<'_>,
    parameters: &Parameters,
    frame_num: u32,
    out: &mut Vec<u8>,
) -> Result<(), H264Error> {
    let mut from = BitReader::new(slice);
    let mut start = Start::read(&mut from, slice, parameters)?;
    if !matches!(start.picture.marking, Marking::Idr { .. }) {
        return Err(H264Error::Kind {
            wanted: "a slice of an IDR picture",
            found: slice.kind().number(),
        });
    }
    start.picture.frame_num = frame_num;
    start.picture.marking = Marking::Restart;
    let before = out.len();
    let mut to = BitWriter::new(out, start.picture.kind(), start.picture.ref_idc);
    start.write(&mut to, parameters);
    match from.copy_rest(&mut to) {
        Ok(()) => {
            to.close();
            Ok(())
        }
        Err(error) => {
            out.truncate(before);
            Err(error)
        }
    }
}
