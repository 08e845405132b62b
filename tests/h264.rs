//! The bar's slices and the restart form, judged by FFmpeg's decoder in strict mode; refusals; hostile bytes.
//!
//! A small loop is encoded as the stitch renderer does it: cut into slices at the bar, with noise below so
//! that nothing refers to there. The noise is thrown away and bars are written in its place.

use std::process::{Command, Stdio};
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use virtual_coach::h264::{
    Bar, BarShape, Changes, Deblocking, H264Error, MACROBLOCK, Marking, NalKind, NalUnit, Parameters,
    PictureHead, RefIdc, SliceHeader, SliceType, Unsupported, nal_units, restart_form,
};

/// Pictures of a loop, and of each of its two parts: `frame_num` wraps at 16.
const PICTURES: usize = 36;
const PART: usize = 18;
/// Lines of each drawn bar that are not part of its slice.
const GUARD: usize = 6;

/// A loop without its noise: for each picture the NAL units of its exercise slices.
struct Loop {
    sets: Vec<Vec<u8>>,
    parameters: Parameters,
    shape: BarShape,
    pictures: Vec<Vec<Vec<u8>>>,
}

fn ffmpeg(arguments: &[&str]) -> Command {
    let mut command = Command::new("ffmpeg");
    command
        .args(["-hide_banner", "-nostdin", "-v", "warning"])
        .args(arguments)
        .stdin(Stdio::null());
    command
}

/// Runs it; whatever it has to say is a failure.
fn run(mut command: Command) -> Vec<u8> {
    let output = command.output().expect("ffmpeg starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.is_empty(),
        "{}: {said}",
        output.status
    );
    output.stdout
}

/// An Annex B stream (7.3.1, B.1) as NAL units.
fn units(stream: &[u8]) -> Vec<Vec<u8>> {
    let starts: Vec<usize> = (0..stream.len() - 3)
        .filter(|i| stream[*i..].starts_with(&[0, 0, 1]))
        .collect();
    let ends = starts.iter().skip(1).copied().chain([stream.len()]);
    let bytes = starts.iter().zip(ends).map(|(start, end)| {
        let unit = &stream[start + 3..end];
        let length = unit
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |last| last + 1);
        unit[..length].to_vec()
    });
    bytes.collect()
}

impl Loop {
    /// `bar_row` is the row of macroblocks at which the bar begins, in the lower half of the picture.
    fn encode(width: usize, height: usize, bar_row: usize) -> Self {
        let (columns, rows) = (width.div_ceil(MACROBLOCK), height.div_ceil(MACROBLOCK));
        let (top, guard) = (bar_row * MACROBLOCK, MACROBLOCK);
        let graph = format!(
            "testsrc2=s={width}x{above}:r=30,pad={width}:{top}:0:0:color=0x12141c,format=yuv420p[a];\
             nullsrc=s={width}x{below}:r=30,geq=lum='random(1)*255':cb=128:cr=128,format=yuv420p[b];[a][b]vstack",
            above = top - guard,
            below = height - top,
        );
        // Two threads halve the picture; slices of this size end at the bar's first row.
        let slice = (bar_row - rows.div_ceil(2)) * columns;
        let x264 = format!(
            "slice-max-mbs={slice}:sliced-threads=1:threads=2:cabac=0:bframes=0:weightp=0:ref=2:scenecut=0:\
             stitchable=1:8x8dct=1"
        );
        let count = PICTURES.to_string();
        let mut command = ffmpeg(&[
            "-f",
            "lavfi",
            "-i",
            &graph,
            "-frames:v",
            &count,
            "-c:v",
            "libx264",
        ]);
        command.args([
            "-preset",
            "medium",
            "-crf",
            "20",
            "-g",
            "18",
            "-x264-params",
            &x264,
            "-f",
            "h264",
            "-",
        ]);
        Self::read(units(&run(command)), top)
    }

    fn read(units: Vec<Vec<u8>>, top: usize) -> Self {
        let kind = |unit: &Vec<u8>| NalUnit::new(unit).expect("x264 writes sound NAL units").kind();
        let set = |wanted| {
            units
                .iter()
                .find(|unit| kind(unit) == wanted)
                .expect("both parameter sets")
                .clone()
        };
        let (sps, pps) = (set(NalKind::Sps), set(NalKind::Pps));
        let parameters = Parameters::read(&sps, &pps).expect("a stream of the kind that is supported");
        let shape = BarShape::new(&parameters, top as u32).expect("the bar is in the picture");
        let mut pictures: Vec<Vec<Vec<u8>>> = Vec::new();
        let mut cut = false;
        for unit in units
            .into_iter()
            .filter(|unit| matches!(kind(unit), NalKind::Slice | NalKind::IdrSlice))
        {
            let header = header(&unit, &parameters);
            assert_eq!(header.deblocking, Deblocking::WithinSlice);
            cut |= header.first_macroblock == shape.first_macroblock();
            if header.first_macroblock == 0 {
                pictures.push(Vec::new());
            }
            if header.first_macroblock < shape.first_macroblock() {
                pictures
                    .last_mut()
                    .expect("a picture begins with its first macroblock")
                    .push(unit);
            }
        }
        assert!(cut, "no slice begins at the bar");
        assert_eq!(pictures.len(), PICTURES);
        Self {
            sets: vec![sps, pps],
            parameters,
            shape,
            pictures,
        }
    }

    /// Planar bytes of a bar with its guard lines.
    fn bar_size(&self) -> (usize, usize) {
        (self.parameters.width() as usize, self.shape.height() + GUARD)
    }
}

fn header(unit: &[u8], parameters: &Parameters) -> SliceHeader {
    let nal = NalUnit::new(unit).expect("a NAL unit");
    SliceHeader::read(nal, parameters).expect("a slice of the kind that is supported")
}

/// How a part of the loop begins.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Begin {
    Idr,
    /// In restart form, with all of the bar or with what changed.
    RestartWithKey,
    Restart,
}

/// The loop over and over, with a bar for each picture, as an Annex B stream.
fn stitch(source: &Loop, parts: &[Begin], bars: &[Vec<u8>]) -> Vec<u8> {
    let mut samples: Vec<u8> = Vec::new();
    for set in &source.sets {
        samples.extend((set.len() as u32).to_be_bytes());
        samples.extend(set);
    }
    let mut before: Option<Bar<'_>> = None;
    for (index, yuv) in bars.iter().enumerate() {
        let (part, picture) = (parts[index / PART], index % PICTURES);
        let begins = picture % PART == 0;
        let bar = Bar::new(&source.shape, yuv, GUARD).expect("the bar has the shape's size");
        let mut slices = Vec::new();
        for unit in &source.pictures[picture] {
            if begins && part != Begin::Idr {
                let nal = NalUnit::new(unit).expect("a NAL unit");
                restart_form(nal, &source.parameters, PART as u32, &mut slices).expect("a restart form");
            } else {
                slices.extend((unit.len() as u32).to_be_bytes());
                slices.extend(unit);
            }
        }
        let first = nal_units(&slices).next().expect("a slice").expect("a NAL unit");
        let head = header(first.bytes(), &source.parameters).picture;
        if begins && part != Begin::Restart {
            source
                .shape
                .write_key(head, &bar, &mut slices)
                .expect("a key slice");
        } else {
            let changes = before
                .map(|before| Changes::between(&before, &bar))
                .expect("a picture before");
            source
                .shape
                .write_update(head, &bar, &changes, &mut slices)
                .expect("an update");
        }
        samples.extend(slices);
        before = Some(bar);
    }
    annex_b(&samples)
}

/// Start codes in place of lengths, which are as long.
fn annex_b(samples: &[u8]) -> Vec<u8> {
    let unit = |unit: Result<NalUnit<'_>, _>| [&[0, 0, 0, 1], unit.expect("a NAL unit").bytes()].concat();
    nal_units(samples).flat_map(unit).collect()
}

/// What the strictest decoder sees: planar pictures.
fn decode(stream: &[u8], parameters: &Parameters) -> Vec<Vec<u8>> {
    let file = tempfile::NamedTempFile::with_suffix(".h264").expect("a file");
    std::fs::write(file.path(), stream).expect("the file is written");
    let mut command = ffmpeg(&["-err_detect", "explode", "-xerror", "-i"]);
    command.arg(file.path());
    command.args([
        "-fps_mode",
        "passthrough",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "yuv420p",
        "-",
    ]);
    let size = (parameters.width() * parameters.height() * 3 / 2) as usize;
    run(command).chunks(size).map(<[u8]>::to_vec).collect()
}

/// Lines of all three planes of planar 4:2:0, given as lines of luma.
fn lines(yuv: &[u8], width: usize, height: usize, range: std::ops::Range<usize>) -> Vec<u8> {
    let (luma, chroma) = (width * height, width * height / 4);
    let half = range.start / 2 * width / 2..range.end / 2 * width / 2;
    let (y, uv) = yuv.split_at(luma);
    let (u, v) = uv.split_at(chroma);
    [
        &y[range.start * width..range.end * width],
        &u[half.clone()],
        &v[half],
    ]
    .concat()
}

/// Paints a macroblock inside the bar as the mean of its neighbours (DC prediction): luma of all 32 samples,
/// chroma quarter by quarter, of the 4 above or the 4 to the left, or of both on the diagonal.
fn paint_mean(random: &mut StdRng, yuv: &mut [u8], width: usize, height: usize) {
    let (column, row) = (
        random.random_range(1..width / 16),
        random.random_range(1..(height - GUARD) / 16),
    );
    let mut offset = 0;
    for plane in 0..3 {
        let (half, side) = (usize::from(plane > 0), 16 >> usize::from(plane > 0));
        let stride = width >> half;
        let corner = offset + ((GUARD >> half) + row * side) * stride + column * side;
        offset += stride * (height >> half);
        let part = if plane == 0 { 16 } else { 4 };
        for (x, y) in [(0, 0), (4, 0), (0, 4), (4, 4)]
            .into_iter()
            .filter(|(x, y)| plane > 0 || x + y == 0)
        {
            let above = (0..part)
                .map(|i| corner - stride + x + i)
                .filter(|_| (x, y) != (0, 4));
            let left = (0..part)
                .map(|i| corner - 1 + (y + i) * stride)
                .filter(|_| (x, y) != (4, 0));
            let samples: Vec<usize> = above.chain(left).map(|at| yuv[at].into()).collect();
            let mean = (samples.iter().sum::<usize>() + samples.len() / 2) / samples.len();
            for line in 0..part {
                yuv[corner + (y + line) * stride + x..][..part].fill(mean as u8);
            }
        }
    }
}

/// Paints a rectangle in one of the ways that bars, and things harder than bars, look like.
fn paint(random: &mut StdRng, yuv: &mut [u8], width: usize, height: usize) {
    let (x, y) = (random.random_range(0..width), random.random_range(0..height));
    let (w, h) = (
        random.random_range(1..=width / 2),
        random.random_range(1..=height),
    );
    let (way, values): (u8, [u8; 3]) = (random.random_range(0..7), random.random());
    let mut offset = 0;
    for (plane, value) in values.into_iter().enumerate() {
        let half = usize::from(plane > 0);
        let (width, height) = (width >> half, height >> half);
        for y in (y >> half..height).take((h >> half).max(1)) {
            for x in (x >> half..width).take((w >> half).max(1)) {
                yuv[offset + y * width + x] = match way {
                    0 => random.random(),
                    1 => 0,
                    2 => value.wrapping_add(x as u8),
                    3 => value.wrapping_add(y as u8 * 3),
                    4 => value.wrapping_mul((x / 5 % 2) as u8),
                    5 => random.random_range(0..2),
                    _ => value,
                };
            }
        }
        offset += width * height;
    }
}

/// A bar for each of `count` pictures: some like the one before, some with a few rectangles more.
fn random_bars(seed: u64, (width, height): (usize, usize), count: usize) -> Vec<Vec<u8>> {
    let random = &mut StdRng::seed_from_u64(seed);
    let mut bar = vec![128; width * height * 3 / 2];
    let bars = (0..count).map(|_| {
        for _ in 0..[0, 0, 1, 1, 3][random.random_range(0..5)] {
            paint(random, &mut bar, width, height);
            paint_mean(random, &mut bar, width, height);
        }
        bar.clone()
    });
    bars.collect()
}

/// How the parts of four passes begin: each of the two in every way, and after every way.
fn parts() -> Vec<Begin> {
    use Begin::{Idr, Restart, RestartWithKey};
    vec![
        Idr,
        Restart,
        Restart,
        Idr,
        RestartWithKey,
        RestartWithKey,
        Idr,
        Idr,
    ]
}

/// Exercise rows are those of the loop, whatever the bar; the bar's are those that were asked for.
fn holds(width: usize, height: usize, bar_row: usize) {
    let source = Loop::encode(width, height, bar_row);
    let (parts, top) = (parts(), bar_row * MACROBLOCK);
    let count = parts.len() * PART;
    let plain = vec![vec![60; source.bar_size().0 * source.bar_size().1 * 3 / 2]; PICTURES];
    let wanted = decode(&stitch(&source, &[Begin::Idr; 2], &plain), &source.parameters);
    for seed in 0..3 {
        let bars = random_bars(seed, source.bar_size(), count);
        let pictures = decode(&stitch(&source, &parts, &bars), &source.parameters);
        assert_eq!(pictures.len(), count);
        for (index, (picture, bar)) in pictures.iter().zip(&bars).enumerate() {
            let exercise = |yuv| lines(yuv, width, height, 0..top);
            assert!(
                exercise(picture) == exercise(&wanted[index % PICTURES]),
                "exercise rows of picture {index}"
            );
            let asked = lines(bar, width, height - top + GUARD, GUARD..height - top + GUARD);
            assert!(
                lines(picture, width, height, top..height) == asked,
                "bar of picture {index}, seed {seed}"
            );
        }
    }
}

#[test]
fn pictures_decode_to_the_exercise_and_the_bar() {
    holds(320, 240, 12);
}

#[test]
fn pictures_of_no_whole_macroblocks_do_too() {
    holds(854, 470, 25);
}

#[test]
fn every_size_of_padding_is_coded() {
    holds(322, 226, 11);
}

#[test]
fn a_restart_form_differs_only_in_its_header() {
    let source = Loop::encode(320, 240, 12);
    // x264 counts its IDR pictures 0, 1, 0, 1; where it says 1 the data moves by two bits.
    for (idr_pic_id, picture) in [(0, 0), (1, PART)] {
        for unit in &source.pictures[picture] {
            let mut out = Vec::new();
            let nal = NalUnit::new(unit).expect("a NAL unit");
            restart_form(nal, &source.parameters, PART as u32, &mut out).expect("a restart form");
            let before = header(unit, &source.parameters);
            let after = header(&out[4..], &source.parameters);
            assert_eq!(before.picture.marking, Marking::Idr { idr_pic_id });
            assert_eq!(
                (after.picture.marking, after.picture.frame_num),
                (Marking::Restart, PART as u32 % 16)
            );
            assert_eq!(
                (after.first_macroblock, after.slice_type),
                (before.first_macroblock, SliceType::I)
            );
            assert_eq!(after.deblocking, before.deblocking);
            if idr_pic_id == 0 {
                assert_eq!(out.len() - 4, unit.len());
                assert_eq!(out[out.len() - 50..], unit[unit.len() - 50..]);
            }
        }
    }
    let second = NalUnit::new(&source.pictures[1][0]).expect("a NAL unit");
    let mut out = vec![1, 2, 3];
    let refused = restart_form(second, &source.parameters, 1, &mut out);
    assert!(
        matches!(refused, Err(H264Error::Kind { found: 1, .. })),
        "{refused:?}"
    );
    assert_eq!(out, [1, 2, 3]);
}

#[test]
fn a_restart_form_that_is_refused_leaves_nothing_behind() {
    let slice = &SLICE[4..];
    let mut refused = 0;
    for length in 1..20 {
        let mut out = vec![1, 2, 3];
        let cut = NalUnit::new(&slice[..length]).expect("a NAL unit");
        if let Err(error) = restart_form(cut, &sound(), 1, &mut out) {
            assert_eq!(
                (error, &out[..]),
                (H264Error::Truncated, &[1, 2, 3][..]),
                "{length} bytes"
            );
            refused += 1;
        }
    }
    assert!((3..10).contains(&refused), "{refused}");
}

/// One syntax element: its name in the standard and its code as zeros and ones.
type Element = (&'static str, &'static str);

/// Level 3, 854x480, otherwise as x264 writes it; without VUI.
const SPS: [Element; 19] = [
    ("profile_idc", "01100100"),
    ("constraint flags, level_idc", "0000000000011110"),
    ("seq_parameter_set_id", "1"),
    ("chroma_format_idc", "010"),
    ("bit_depth_luma_minus8", "1"),
    ("bit_depth_chroma_minus8", "1"),
    ("qpprime_y_zero_transform_bypass_flag", "0"),
    ("seq_scaling_matrix_present_flag", "0"),
    ("log2_max_frame_num_minus4", "1"),
    ("pic_order_cnt_type", "011"),
    ("max_num_ref_frames", "011"),
    ("gaps_in_frame_num_value_allowed_flag", "0"),
    ("pic_width_in_mbs_minus1", "00000110110"),
    ("pic_height_in_map_units_minus1", "000011110"),
    ("frame_mbs_only_flag", "1"),
    ("direct_8x8_inference_flag", "1"),
    ("frame_cropping_flag", "1"),
    ("cropping", "1 00110 1 1"),
    ("vui_parameters_present_flag", "0"),
];

const PPS: [Element; 15] = [
    ("pic_parameter_set_id", "1"),
    ("seq_parameter_set_id", "1"),
    ("entropy_coding_mode_flag", "0"),
    ("bottom_field_pic_order_in_frame_present_flag", "0"),
    ("num_slice_groups_minus1", "1"),
    ("num_ref_idx_l0_default_active_minus1", "010"),
    ("num_ref_idx_l1_default_active_minus1", "1"),
    ("weighted_pred_flag", "0"),
    ("weighted_bipred_idc", "00"),
    ("pic_init_qp_minus26", "1"),
    ("pic_init_qs_minus26", "1"),
    ("chroma_qp_index_offset", "00101"),
    ("deblocking_filter_control_present_flag", "1"),
    ("constrained_intra_pred_flag", "0"),
    ("redundant_pic_cnt_present_flag", "0"),
];

/// A NAL unit of these elements, one of them replaced. No start code can be in these.
fn set(header: u8, elements: &[Element], (name, code): Element) -> Vec<u8> {
    assert!(
        name.is_empty() || elements.iter().any(|element| element.0 == name),
        "no element {name}"
    );
    let code = |element: &Element| if element.0 == name { code } else { element.1 };
    let mut bits: String = elements
        .iter()
        .flat_map(|element| code(element).chars())
        .collect();
    bits.retain(|bit| bit != ' ');
    bits.push('1');
    bits.push_str(&"0".repeat(bits.len().wrapping_neg() % 8));
    let bytes = bits.as_bytes().chunks(8);
    let bytes = bytes.map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | (bit - b'0')));
    std::iter::once(header).chain(bytes).collect()
}

fn with(sps: Element, pps: Element) -> Result<Parameters, H264Error> {
    Parameters::read(&set(0x67, &SPS, sps), &set(0x68, &PPS, pps))
}

const AS_IT_IS: Element = ("", "");

fn sound() -> Parameters {
    with(AS_IT_IS, AS_IT_IS).expect("sound parameter sets")
}

#[test]
fn parameter_sets_say_the_size_and_the_field_widths() {
    let parameters = sound();
    assert_eq!((parameters.columns(), parameters.rows()), (54, 30));
    assert_eq!((parameters.width(), parameters.height()), (854, 480));
    assert_eq!(
        (parameters.frame_num_bits(), parameters.default_references()),
        (4, 2)
    );
}

#[test]
fn parameter_sets_come_out_of_an_avcc() {
    let (sps, pps) = (set(0x67, &SPS, AS_IT_IS), set(0x68, &PPS, AS_IT_IS));
    let avcc = |sets: u8| {
        let sps = [&[1, 100, 0, 30, 0xff, 0xe0 | sets, 0, sps.len() as u8], &sps[..]].concat();
        [
            &sps[..],
            &[1, 0, pps.len() as u8],
            &pps[..],
            &[0xfd, 0xf8, 0xf8, 0],
        ]
        .concat()
    };
    assert_eq!(Parameters::from_avcc(&avcc(1)), Ok(sound()));
    assert_eq!(Parameters::from_avcc(&avcc(2)), Err(H264Error::Avcc));
    assert_eq!(Parameters::from_avcc(&avcc(1)[..20]), Err(H264Error::Avcc));
}

#[test]
fn what_the_slices_cannot_live_with_is_refused_by_name() {
    let sps = [
        ("chroma_format_idc", "011", Unsupported::ChromaFormat),
        ("chroma_format_idc", "00100 0", Unsupported::ChromaFormat),
        ("bit_depth_luma_minus8", "011", Unsupported::BitDepth),
        ("bit_depth_chroma_minus8", "011", Unsupported::BitDepth),
        (
            "qpprime_y_zero_transform_bypass_flag",
            "1",
            Unsupported::TransformBypass,
        ),
        (
            "seq_scaling_matrix_present_flag",
            "1",
            Unsupported::ScalingMatrices,
        ),
        ("pic_order_cnt_type", "1", Unsupported::PicOrderCountType(0)),
        ("max_num_ref_frames", "1", Unsupported::NoReferences),
        ("frame_mbs_only_flag", "0", Unsupported::Interlace),
        ("cropping", "010 1 1 1", Unsupported::Cropping),
        ("cropping", "1 1 010 1", Unsupported::Cropping),
    ];
    for (name, code, refusal) in sps {
        assert_eq!(
            with((name, code), AS_IT_IS),
            Err(refusal.into()),
            "{name} = {code}"
        );
    }
    let pps = [
        ("entropy_coding_mode_flag", "1", Unsupported::Cabac),
        ("num_slice_groups_minus1", "010", Unsupported::SliceGroups),
        ("weighted_pred_flag", "1", Unsupported::WeightedPrediction),
        (
            "deblocking_filter_control_present_flag",
            "0",
            Unsupported::NoDeblockingControl,
        ),
        (
            "constrained_intra_pred_flag",
            "1",
            Unsupported::ConstrainedIntraPrediction,
        ),
        (
            "redundant_pic_cnt_present_flag",
            "1",
            Unsupported::RedundantPictures,
        ),
    ];
    for (name, code, refusal) in pps {
        assert_eq!(
            with(AS_IT_IS, (name, code)),
            Err(refusal.into()),
            "{name} = {code}"
        );
    }
}

#[test]
fn parameter_sets_that_cannot_be_are_refused() {
    let out_of_range = |result| matches!(result, Err(H264Error::OutOfRange(_)));
    assert!(out_of_range(with(
        ("pic_width_in_mbs_minus1", "000000000010000100000"),
        AS_IT_IS
    )));
    assert!(out_of_range(with(
        ("cropping", "1 00000000110110001 1 1"),
        AS_IT_IS
    )));
    assert!(out_of_range(with(AS_IT_IS, ("seq_parameter_set_id", "010"))));
    let swapped = Parameters::read(&set(0x68, &PPS, AS_IT_IS), &set(0x67, &SPS, AS_IT_IS));
    assert!(matches!(swapped, Err(H264Error::Kind { found: 8, .. })));
}

fn update_head() -> PictureHead {
    PictureHead {
        ref_idc: RefIdc::new(2).expect("2 is a reference"),
        frame_num: 3,
        marking: Marking::Plain,
    }
}

fn key_head() -> PictureHead {
    PictureHead {
        frame_num: 0,
        marking: Marking::Idr { idr_pic_id: 0 },
        ..update_head()
    }
}

#[test]
fn a_flat_bar_costs_about_a_byte_a_macroblock_and_nothing_new_a_few_bytes() {
    let shape = BarShape::new(&sound(), 400).expect("line 400 begins a row");
    assert_eq!(
        (shape.columns(), shape.rows(), shape.first_macroblock()),
        (54, 5, 25 * 54)
    );
    let yuv = vec![50; 854 * 80 * 3 / 2];
    let bar = Bar::new(&shape, &yuv, 0).expect("a bar of this shape");
    let (mut key, mut update) = (Vec::new(), Vec::new());
    shape.write_key(key_head(), &bar, &mut key).expect("a key slice");
    shape
        .write_update(update_head(), &bar, &Changes::none(), &mut update)
        .expect("an update");
    // The first macroblock is raw, since nothing is beside it that could say 50.
    assert!(
        key.len() - 384 < shape.macroblocks() * 5 / 4,
        "{} bytes",
        key.len()
    );
    assert!(update.len() < 4 + 12, "{} bytes", update.len());
}

#[test]
fn a_macroblock_that_is_the_mean_of_its_neighbours_is_not_sent_raw() {
    let shape = BarShape::new(&sound(), 400).expect("line 400 begins a row");
    let random = &mut StdRng::seed_from_u64(4);
    let (width, height) = (854, 80 + GUARD);
    let noise: Vec<u8> = (0..width * height * 3 / 2).map(|_| random.random()).collect();
    let before = Bar::new(&shape, &noise, GUARD).expect("a bar of this shape");
    for _ in 0..20 {
        let mut yuv = noise.clone();
        paint_mean(random, &mut yuv, width, height);
        let bar = Bar::new(&shape, &yuv, GUARD).expect("a bar of this shape");
        let (changes, mut update) = (Changes::between(&before, &bar), Vec::new());
        assert_eq!(changes.macroblocks().len(), 1);
        shape
            .write_update(update_head(), &bar, &changes, &mut update)
            .expect("an update");
        assert!(update.len() < 4 + 16, "{} bytes", update.len());
    }
}

#[test]
fn misuse_is_told() {
    let parameters = sound();
    for top in [8, 480, 496] {
        assert_eq!(BarShape::new(&parameters, top), Err(H264Error::BarTop(top)));
    }
    let shape = BarShape::new(&parameters, 400).expect("line 400 begins a row");
    let yuv = vec![50; 854 * 81 * 3 / 2];
    for guard in [0, 1, 2, usize::MAX] {
        assert!(
            matches!(Bar::new(&shape, &yuv, guard), Err(H264Error::BarBytes { .. })),
            "guard {guard}"
        );
    }
    let bar = Bar::new(&shape, &yuv[..854 * 80 * 3 / 2], 0).expect("a bar of this shape");
    let refused = shape.write_update(key_head(), &bar, &Changes::none(), &mut Vec::new());
    assert_eq!(refused, Err(H264Error::UpdateInIdr));
    let lower = BarShape::new(&parameters, 416).expect("line 416 begins a row");
    assert!(matches!(
        lower.write_key(key_head(), &bar, &mut Vec::new()),
        Err(H264Error::OutOfRange(_))
    ));
}

/// An IDR slice of a stream like [`SPS`], to be damaged; noise follows its header.
static SLICE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let shape = BarShape::new(&sound(), 400).expect("line 400 begins a row");
    let yuv = random_bars(7, (854, 80), 3).remove(2);
    let mut out = Vec::new();
    let bar = Bar::new(&shape, &yuv, 0).expect("a bar of this shape");
    shape.write_key(key_head(), &bar, &mut out).expect("a key slice");
    out
});

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in vec(any::<u8>(), 0..200), kind in 0..4usize) {
        let bytes = [&[0x67, 0x68, 0x65, 0x41][kind..=kind], &bytes[..]].concat();
        let _ = Parameters::from_avcc(&bytes);
        let _ = Parameters::read(&bytes, &set(0x68, &PPS, AS_IT_IS));
        let _ = Parameters::read(&set(0x67, &SPS, AS_IT_IS), &bytes);
        let nal = NalUnit::new(&bytes).expect("it begins with a header");
        let _ = SliceHeader::read(nal, &sound());
        let mut out = vec![7];
        if restart_form(nal, &sound(), 20, &mut out).is_err() {
            prop_assert_eq!(out, vec![7]);
        }
        let read: usize = nal_units(&bytes).flatten().map(|unit| unit.bytes().len()).sum();
        prop_assert!(read <= bytes.len());
    }

    #[test]
    fn a_damaged_slice_is_read_or_refused(at in 0..40usize, bit in 0..8u32, length in 0..60usize) {
        let mut sample = SLICE.clone();
        sample[at] ^= 1 << bit;
        sample.truncate(length.max(5));
        for unit in nal_units(&sample).chain([NalUnit::new(&sample[4..])]).flatten() {
            let _ = SliceHeader::read(unit, &sound());
            let _ = restart_form(unit, &sound(), 20, &mut Vec::new());
        }
    }

    #[test]
    fn headers_come_back(frame_num in any::<u32>(), ref_idc in 1..4u8, restart in any::<bool>()) {
        let shape = BarShape::new(&sound(), 400).expect("line 400 begins a row");
        let yuv = vec![50; 854 * 80 * 3 / 2];
        let bar = Bar::new(&shape, &yuv, 0).expect("a bar of this shape");
        let picture = PictureHead {
            ref_idc: RefIdc::new(ref_idc).expect("1 to 3"),
            frame_num,
            marking: if restart { Marking::Restart } else { Marking::Plain },
        };
        let mut out = Vec::new();
        shape.write_update(picture, &bar, &Changes::none(), &mut out).expect("an update");
        prop_assert_eq!(header(&out[4..], &sound()), SliceHeader {
            first_macroblock: 25 * 54,
            slice_type: SliceType::P,
            picture: PictureHead { frame_num: frame_num % 16, ..picture },
            deblocking: Deblocking::Off,
        });
    }
}
