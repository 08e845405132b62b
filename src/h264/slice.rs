//! Slice headers (7.3.3): reading those of the encoder, writing those of our own slices.

use super::bits::{BitReader, BitWriter};
use super::nal::{NalKind, NalUnit, RefIdc};
use super::parameters::{Parameters, ue_up_to};
use super::{H264Error, Unsupported};

/// Whether macroblocks may refer to other pictures (table 7-6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SliceType {
    /// Intra macroblocks only.
    I,
    /// Intra macroblocks, macroblocks predicted from one earlier picture, skipped macroblocks.
    P,
}

impl SliceType {
    /// `slice_type` as all of 0 to 9: 5 and above also say that the picture's other slices are alike.
    fn of(value: u32) -> Result<Self, H264Error> {
        match value {
            0 | 5 => Ok(Self::P),
            2 | 7 => Ok(Self::I),
            1 | 3 | 4 | 6 | 8 | 9 => Err(Unsupported::SliceType(value).into()),
            _ => Err(H264Error::OutOfRange("slice_type")),
        }
    }

    /// The `slice_type` that says nothing of other slices. 5 and 7 beside it are sound as long as the
    /// types are alike, so it can stand beside any slice of an encoder (7.4.3).
    fn alone(self) -> u32 {
        match self {
            Self::P => 0,
            Self::I => 2,
        }
    }
}

/// What becomes of the pictures that were kept for reference (7.3.3.3, 8.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marking {
    /// An IDR picture: nothing before it is referred to again, nor is anything before it needed.
    Idr {
        /// `idr_pic_id`, which differs between IDR pictures that follow one another directly.
        idr_pic_id: u16,
    },
    /// `memory_management_control_operation` 5: once this picture is decoded, every earlier one is
    /// forgotten and it counts as `frame_num` 0, as if it had been an IDR picture. But it may still be
    /// predicted from its predecessor.
    Restart,
    /// Sliding window: the oldest picture goes when there are too many.
    Plain,
}

/// What all slices of a picture must say alike (7.4.3, 7.4.1.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureHead {
    /// `nal_ref_idc`.
    pub ref_idc: RefIdc,
    /// Reference pictures since the last IDR picture or restart, that one included; 0 in an IDR picture.
    /// Written modulo MaxFrameNum.
    pub frame_num: u32,
    /// What this picture does to earlier ones.
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

/// `disable_deblocking_filter_idc`: over which edges the loop filter smooths (7.4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deblocking {
    /// 0: over all, those to other slices too.
    All,
    /// 1: over none.
    Off,
    /// 2: over those inside the slice.
    WithinSlice,
}

/// The header of an I or P slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SliceHeader {
    /// `first_mb_in_slice`: which macroblock it begins with, counted along rows.
    pub first_macroblock: u32,
    /// I or P.
    pub slice_type: SliceType,
    /// What it shares with the picture's other slices.
    pub picture: PictureHead,
    /// Which edges are smoothed.
    pub deblocking: Deblocking,
}

impl SliceHeader {
    /// Reads the header of a slice of a stream with these parameters.
    pub fn read(nal: NalUnit<'_>, parameters: &Parameters) -> Result<Self, H264Error> {
        DataStart::read(&mut BitReader::new(nal), nal, parameters).map(|start| start.header)
    }
}

/// Where a slice's data begins: its header, and what reading the data depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct DataStart {
    pub header: SliceHeader,
    /// How many pictures the slice may refer to: `num_ref_idx_l0_active_minus1` + 1; none in an I slice.
    pub references: u32,
    /// `SliceQPY`.
    pub quantiser: i64,
}

impl DataStart {
    /// Reads the whole header; `bits` is at the first bit of the data then.
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

/// A slice header up to and with `dec_ref_pic_marking`: all that differs between a slice and its restart form.
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
            bits.ue(0); // num_ref_idx_l0_active_minus1: one reference,
            bits.flag(false); // ref_pic_list_modification_flag_l0: the picture before this one (8.2.4.2.1)
        }
        write_marking(bits, self.picture.marking);
    }
}

/// The number of references (7.3.3); goes past their order (7.3.3.1).
fn read_references(bits: &mut BitReader<'_>, parameters: &Parameters) -> Result<u32, H264Error> {
    let mut references = parameters.default_references();
    if bits.flag()? {
        references = 1 + ue_up_to(bits, 31, "num_ref_idx_l0_active_minus1")?;
    }
    if !bits.flag()? {
        return Ok(references);
    }
    // One command for each entry of the list at most, and 3 ends them (7.4.3.1).
    for _ in 0..=references {
        match bits.ue()? {
            0..=2 => bits.ue()?,
            3 => return Ok(references),
            _ => break,
        };
    }
    Err(H264Error::OutOfRange("ref_pic_list_modification"))
}

/// `dec_ref_pic_marking` of an IDR picture (7.3.3.3).
fn read_idr_marking(bits: &mut BitReader<'_>, idr_pic_id: u16) -> Result<Marking, H264Error> {
    bits.flag()?; // no_output_of_prior_pics_flag: all of them are out, coding order being output order
    if bits.flag()? {
        return Err(Unsupported::ReferenceMarking.into()); // long_term_reference_flag
    }
    Ok(Marking::Idr { idr_pic_id })
}

/// `memory_management_control_operation` that ends the list of them, and the one that forgets all (table 7-9).
const MMCO_END: u32 = 0;
const MMCO_RESTART: u32 = 5;

/// `dec_ref_pic_marking` of any other picture (7.3.3.3).
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

/// Begins a slice of our own: length, NAL header and slice header, up to the first macroblock.
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
    bits.ue(0); // slice_qp_delta as se(v): 0. Without residual the quantiser never matters.
    bits.ue(1); // disable_deblocking_filter_idc: the pixels stay as they are written
    bits
}

/// A slice of an IDR picture as a slice of a picture that is none, appended to `out` behind a 4-byte length.
///
/// With all its slices so rewritten, the first picture of a part decodes to the same pixels, and the
/// pictures after it as before, yet it may follow any picture, and a slice beside them may skip from that.
/// `frame_num` is that of a picture in its place: the number of reference pictures since the last IDR
/// picture or restart, that one included.
///
/// Only the header changes: the kind of NAL unit, `frame_num`, no `idr_pic_id`, and MMCO 5
/// ([`Marking::Restart`]). The type becomes 2 where x264 writes 7, which would forbid a P slice in the same
/// picture (7.4.3). The slice data is copied:
///
/// ```text
/// slice_type   0001000 (7)  ->  011 (2)                                -4 bits
/// idr_pic_id   1 (0)        ->                                         -1, or -3 where it is 010 (1)
/// marking      00           ->  1 00110 1 (adaptive, 5, end)           +5
/// ```
///
/// x264 gives its IDR pictures the `idr_pic_id` 0 and 1 in turn. So every second one's data moves by two bits
/// within its bytes. That does no harm but to raw macroblocks, which begin at whole bytes (7.3.5,
/// `pcm_alignment_zero_bit`) and then no longer would. x264 codes none at the qualities of exercises; where it does,
/// the form decodes to other pixels, which whoever uses it has to check.
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
