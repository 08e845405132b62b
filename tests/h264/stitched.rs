//! The HUD slices and the restart form, checked by FFmpeg's decoder in strict mode.
//!
//! A small loop is encoded as the stitch renderer does it: divided into slices at the HUD, with
//! noise in place of the HUD, so that no prediction refers to it. The noise is removed and HUD
//! slices are written in its place.

use std::process::{Command, Stdio};

use virtual_coach::h264::{
    ChangedMacroblocks, Deblocking, H264Error, HudPixels, HudSliceShape, MACROBLOCK, Marking, NalKind,
    NalUnit, Parameters, SliceHeader, SliceStats, SliceType, nal_units, restart_form,
};

use crate::drawn::{GUARD, random_bars};

/// Frames of a loop, and of each of its two GOPs: `frame_num` wraps at 16.
const PICTURES: usize = 36;
const PART: usize = 18;

/// A loop without its noise: for each frame the NAL units of its exercise slices.
struct Loop {
    sets: Vec<Vec<u8>>,
    parameters: Parameters,
    shape: HudSliceShape,
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

/// Runs a command; any output on standard error is a failure.
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

/// Splits an Annex B stream (7.3.1, B.1) into NAL units.
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
    /// `bar_row` is the first macroblock row of the HUD, in the lower half of the frame.
    fn encode(width: usize, height: usize, bar_row: usize) -> Self {
        let (columns, rows) = (width.div_ceil(MACROBLOCK), height.div_ceil(MACROBLOCK));
        let (top, guard) = (bar_row * MACROBLOCK, MACROBLOCK);
        let graph = format!(
            "testsrc2=s={width}x{above}:r=30,pad={width}:{top}:0:0:color=0x12141c,format=yuv420p[a];\
             nullsrc=s={width}x{below}:r=30,geq=lum='random(1)*255':cb=128:cr=128,format=yuv420p[b];[a][b]vstack",
            above = top - guard,
            below = height - top,
        );
        // Two threads halve the frame; slices of this size end at the first row of the HUD.
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
        let shape = HudSliceShape::new(&parameters, top as u32).expect("the bar is in the picture");
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

    /// Planar bytes of a HUD bar with its guard lines.
    fn bar_size(&self) -> (usize, usize) {
        (self.parameters.width() as usize, self.shape.height() + GUARD)
    }
}

pub fn header(unit: &[u8], parameters: &Parameters) -> SliceHeader {
    let nal = NalUnit::new(unit).expect("a NAL unit");
    SliceHeader::read(nal, parameters).expect("a slice of the kind that is supported")
}

/// How a GOP of the loop begins.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Begin {
    Idr,
    /// In restart form, with the whole HUD or with only its changes.
    RestartWithKey,
    Restart,
}

/// The repeated loop, with a HUD bar for each frame, as an Annex B stream.
fn stitch(source: &Loop, parts: &[Begin], bars: &[Vec<u8>]) -> Vec<u8> {
    let mut samples: Vec<u8> = Vec::new();
    for set in &source.sets {
        samples.extend((set.len() as u32).to_be_bytes());
        samples.extend(set);
    }
    let mut before: Option<HudPixels<'_>> = None;
    for (index, yuv) in bars.iter().enumerate() {
        let (part, picture) = (parts[index / PART], index % PICTURES);
        let begins = picture % PART == 0;
        let bar = HudPixels::new(&source.shape, yuv, GUARD).expect("the bar has the shape's size");
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
                .map(|before| ChangedMacroblocks::between(&before, &bar))
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

/// Replaces length fields by start codes of the same size.
fn annex_b(samples: &[u8]) -> Vec<u8> {
    let unit = |unit: Result<NalUnit<'_>, _>| [&[0, 0, 0, 1], unit.expect("a NAL unit").bytes()].concat();
    nal_units(samples).flat_map(unit).collect()
}

/// The planar frames that the strictest decoder gives.
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

/// Rows of all three planes of a planar 4:2:0 frame, given as luma rows.
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

/// How the GOPs of four passes begin: each of the two GOPs in every form, and after every form.
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

/// Checks that the exercise rows are those of the loop under any HUD, and that the HUD rows are the
/// requested pixels.
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
    // x264 numbers its IDR frames 0, 1, 0, 1; where the number is 1, the data moves by two bits.
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

/// Encodes a white frame above dark, flat lines with these parameters of libx264, and gives what
/// its slices demand of a decoder.
fn demands_of(x264: &str) -> SliceStats {
    let graph = "color=white:s=320x224:r=30,pad=320:240:0:0:0x12141c,format=yuv420p";
    let mut command = ffmpeg(&["-f", "lavfi", "-i", graph, "-frames:v", "12"]);
    command.args([
        "-c:v",
        "libx264",
        "-preset",
        "medium",
        "-crf",
        "8",
        "-x264-params",
    ]);
    command.args([
        &format!("cabac=0:bframes=0:weightp=0:ref=3:stitchable=1:{x264}"),
        "-f",
        "h264",
        "-",
    ]);
    let units = units(&run(command));
    let of_kind = |wanted| {
        let kind = |unit: &&Vec<u8>| NalUnit::new(unit).expect("a NAL unit").kind() == wanted;
        units.iter().filter(kind).collect::<Vec<_>>()
    };
    let (sps, pps) = (of_kind(NalKind::Sps)[0], of_kind(NalKind::Pps)[0]);
    let parameters = Parameters::read(sps, pps).expect("a stream of the kind that is supported");
    let slices = [of_kind(NalKind::IdrSlice), of_kind(NalKind::Slice)].concat();
    assert!(slices.len() >= 12);
    let demands = slices.into_iter().map(|unit| {
        let nal = NalUnit::new(unit).expect("a NAL unit");
        SliceStats::of(nal, &parameters).expect("a slice that is read to its last bit")
    });
    let demands = demands.fold(SliceStats::default(), SliceStats::and);
    assert_eq!(demands.macroblocks, 20 * 15 * 12);
    demands
}

/// This is why loops are encoded with a lower bound of the quantiser.
#[test]
fn a_dark_floor_below_a_bright_picture_takes_the_quantiser_down_until_only_high_profiles_can_say_it() {
    let free = demands_of("qpmin=0");
    assert!(free.level_prefix > 15 && free.least_quantiser < 10, "{free:?}");
    let bound = demands_of("qpmin=10");
    assert!(
        bound.level_prefix <= 15 && bound.least_quantiser >= 10,
        "{bound:?}"
    );
}

/// Encodes content of every kind, at very good to very bad quality, with all partitions and both
/// transforms: the reader parses every slice to its last bit, where its data ends.
#[test]
fn every_slice_of_an_encoder_is_read_to_its_last_bit() {
    for (crf, x264) in [
        ("1", "partitions=all:ref=4"),
        ("20", "partitions=all:ref=2:8x8dct=0"),
        ("38", "partitions=all:ref=1:qpmin=10"),
    ] {
        let graph = "testsrc2=s=320x240:r=30,noise=alls=40:allf=t,format=yuv420p";
        let mut command = ffmpeg(&["-f", "lavfi", "-i", graph, "-frames:v", "8", "-c:v", "libx264"]);
        command.args(["-preset", "slow", "-crf", crf, "-x264-params"]);
        command.args([
            &format!("cabac=0:bframes=0:weightp=0:stitchable=1:keyint=5:{x264}"),
            "-f",
            "h264",
            "-",
        ]);
        let units = units(&run(command));
        let find = |kind: u8| {
            units
                .iter()
                .find(|unit| unit[0] & 31 == kind)
                .expect("a parameter set")
        };
        let parameters = Parameters::read(find(7), find(8)).expect("a stream of the kind that is supported");
        let slices = units.iter().filter(|unit| matches!(unit[0] & 31, 1 | 5));
        let demands = slices.map(|unit| {
            let demands = SliceStats::of(NalUnit::new(unit).expect("a NAL unit"), &parameters);
            demands.unwrap_or_else(|error| panic!("crf {crf}: {error}"))
        });
        let demands = demands.fold(SliceStats::default(), SliceStats::and);
        assert_eq!(demands.macroblocks, 20 * 15 * 8, "crf {crf}");
        println!("crf {crf}: {demands:?}");
    }
}
