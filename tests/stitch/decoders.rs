//! Two decoders that share no code, FFmpeg's and OpenH264's, decode stitched videos: every frame is
//! the same bit for bit, in all sizes. The videos also keep the bounds of the level that their
//! parameter sets name.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use openh264::decoder::Decoder as OpenH264;
use openh264::formats::YUVSource;
use virtual_coach::h264::{self, Marking, NalUnit, Parameters, SliceHeader, SliceStats, SliceType};
use virtual_coach::mp4::AvcConfig;
use virtual_coach::workout::IntervalKind::{Finish, GetReady, Rest, Work};
use virtual_coach::workout::{Orientation, Plan, Profile, RendererChoice, Resolution, Side};

use crate::eyes::{Decoder, cinema_clip, coded, real_clip, stitched, with_hud};
use crate::fixture::{Fixture, H264, ffmpeg, ffprobe, interval, settings, times};
use crate::robust::{encodings, kept, settings_with};

/// Counts of the legal but rare features in one video.
#[derive(Debug, Default)]
struct Rare {
    /// MMCO 5 in a non-IDR frame.
    restarts: usize,
    /// I and P slices in one frame.
    mixed: usize,
    /// Raw macroblocks in P slices.
    raw_in_p: u32,
}

/// A frame's planes without padding.
fn planar(frame: &impl YUVSource, planar: &mut Vec<u8>) {
    let ((width, height), (y, u, v)) = (frame.dimensions(), frame.strides());
    planar.clear();
    for (plane, stride, halved) in [(frame.y(), y, 0), (frame.u(), u, 1), (frame.v(), v, 1)] {
        for line in plane.chunks(stride).take(height >> halved) {
            planar.extend_from_slice(&line[..width >> halved]);
        }
    }
}

/// Converts NAL units with length fields to an Annex B byte stream.
fn put_annex_b(sample: &[u8], stream: &mut Vec<u8>) {
    for unit in h264::nal_units(sample) {
        put_unit(unit.expect("a NAL unit").bytes(), stream);
    }
}

fn put_unit(unit: &[u8], stream: &mut Vec<u8>) {
    stream.extend([0, 0, 0, 1]);
    stream.extend_from_slice(unit);
}

/// Decodes a video with both decoders and compares every frame.
fn alike(video: &Path, profile: &Profile) -> (Vec<bytes::Bytes>, AvcConfig) {
    let mut config = None;
    let samples = coded(video, |of| config = Some(of.clone()));
    let config = config.expect("a header");
    let size = (profile.width * profile.height * 3 / 2) as usize;
    let mut ffmpegs = Decoder::new(video, "null", size);
    let (mut decoder, mut seen, mut theirs) = (OpenH264::new().expect("a decoder"), 0, Vec::new());
    let mut compare = |frame: &openh264::decoder::DecodedYUV<'_>| {
        planar(frame, &mut theirs);
        let ours = ffmpegs.next().expect("FFmpeg has fewer pictures");
        assert!(ours == theirs, "picture {seen} of {profile:?} differs");
        seen += 1;
    };
    for (number, sample) in samples.iter().enumerate() {
        let mut unit = Vec::new();
        if number == 0 {
            let sets = h264::parameter_sets(config.avcc()).expect("parameter sets");
            for set in sets {
                put_unit(set, &mut unit);
            }
        }
        put_annex_b(sample, &mut unit);
        match decoder.decode(&unit) {
            Ok(Some(frame)) => compare(&frame),
            Ok(None) => {}
            Err(error) => panic!("OpenH264 refuses picture {number} of {profile:?}: {error}"),
        }
    }
    for frame in decoder.flush_remaining().expect("the last pictures") {
        compare(&frame);
    }
    assert_eq!(seen, samples.len(), "OpenH264 leaves pictures out");
    assert!(ffmpegs.next().is_none(), "FFmpeg has more pictures");
    (samples, config)
}

/// Parses every slice to its last bit, and counts the rare features.
fn read(samples: &[bytes::Bytes], config: &AvcConfig) -> Rare {
    let parameters = Parameters::from_avcc(config.avcc()).expect("parameter sets");
    let mut rare = Rare::default();
    for (number, sample) in samples.iter().enumerate() {
        let units: Result<Vec<NalUnit<'_>>, _> = h264::nal_units(sample).collect();
        let (mut whole, mut types) = (SliceStats::default(), Vec::new());
        for unit in units.expect("NAL units") {
            let header = SliceHeader::read(unit, &parameters).expect("a slice");
            assert_eq!(
                header.first_macroblock, whole.macroblocks,
                "slices of picture {number}"
            );
            let demands = SliceStats::of(unit, &parameters)
                .unwrap_or_else(|error| panic!("{header:?} of picture {number}: {error}"));
            if header.slice_type == SliceType::P {
                rare.raw_in_p += demands.raw;
            }
            if types.is_empty() && header.picture.marking == Marking::Restart {
                rare.restarts += 1;
            }
            types.push(header.slice_type);
            whole = whole.and(demands);
        }
        rare.mixed += usize::from(types.contains(&SliceType::I) && types.contains(&SliceType::P));
        assert_eq!(
            whole.macroblocks,
            parameters.columns() * parameters.rows(),
            "picture {number}"
        );
        assert!(whole.level_prefix <= 15, "picture {number}: {whole:?}");
        assert!(whole.macroblock_bits <= 3200, "picture {number}: {whole:?}");
    }
    rare
}

/// Bounds of a level (table A-1): `level_idc`; macroblocks per second, per frame and of all
/// reference frames; kilobits per second and of the buffer (in 1,250 bits for High profile, A.3.1
/// and A.3.3); the minimum compression ratio.
const LEVELS: [(u8, [u64; 6]); 3] = [
    (31, [108_000, 3_600, 18_000, 14_000, 14_000, 4]),
    (40, [245_760, 8_192, 32_768, 20_000, 25_000, 4]),
    (42, [522_240, 8_704, 34_816, 50_000, 62_500, 2]),
];

/// Our frames have 2 to 5 slices. At 63 frames a second the lowest of these levels allows 28
/// (A.3.3: `MaxMBPS / SliceRate`, of 60).
const MAX_SLICES: usize = 8;

/// Checks that a video keeps the bounds of its level, with its frames at these times.
fn keeps_its_level(video: &Path, samples: &[bytes::Bytes], config: &AvcConfig) {
    let times = times(video);
    let parameters = Parameters::from_avcc(config.avcc()).expect("parameter sets");
    let level = config.avcc()[3];
    let (_, bounds) = LEVELS
        .iter()
        .find(|(of, _)| *of == level)
        .expect("a level of ours");
    let [per_second, per_frame, kept, bit_rate, buffer, least] = *bounds;
    let macroblocks = u64::from(parameters.columns() * parameters.rows());
    assert!(macroblocks <= per_frame);
    let probe = ffprobe(&["-select_streams", "v", "-show_streams", video.to_str().unwrap()]);
    let references = probe["streams"][0]["refs"]
        .as_u64()
        .expect("a number of reference pictures");
    assert!(
        references * macroblocks <= kept,
        "{references} reference pictures"
    );
    let (bits_per_tick, buffer) = (bit_rate as f64 * 1250.0 / 90_000.0, buffer as f64 * 1250.0);
    let mut full = buffer;
    for (number, (sample, times)) in samples.iter().zip(times.windows(2)).enumerate() {
        let ticks = times[1] - times[0];
        assert!(
            macroblocks * 90_000 <= per_second * ticks,
            "picture {number} lasts {ticks}"
        );
        let bytes = sample.len() as u64;
        assert!(
            bytes * least * 90_000 <= 384 * per_second * ticks,
            "picture {number}: {bytes} bytes"
        );
        assert!(h264::nal_units(sample).count() <= MAX_SLICES, "picture {number}");
        // The buffer fills at the level's rate; each frame empties it at its time (C.1).
        full = (full - bytes as f64 * 8.0).min(buffer);
        assert!(full >= 0.0, "the decoder's buffer is empty at picture {number}");
        full = (full + bits_per_tick * ticks as f64).min(buffer);
    }
}

/// A clip that ends in a bright, flat floor: the dark, flat guard below it makes the largest step
/// that a block can have. The clip is as wide as the frame, because the backdrop beside a narrower
/// one is darker.
fn bright_clip(path: &Path) {
    let source = "testsrc2=s=640x220:r=30:d=1,pad=640:320:0:0:white";
    let path = path.to_str().expect("test paths are UTF-8");
    ffmpeg(&[&["-f", "lavfi", "-i", source], &H264[..], &[path]].concat());
}

/// Whole and cut passes, several speeds, one loop next to itself and to another, and intervals long
/// enough for restarts.
fn plan(resolution: Resolution, orientation: Orientation, hud: bool) -> Plan {
    // A mirrored loop would have to be encoded, too.
    let other_side = (resolution != Resolution::P1080).then_some(Side::Right);
    let mut plan = stitched(vec![
        interval(GetReady, "bright", 12, (1, 2), None),
        interval(Work, "bright", 70, (1, 1), None),
        interval(Work, "bright", 20, (21, 10), other_side),
        interval(Rest, "other", 8, (1, 2), None),
        interval(Work, "other", 40, (41, 40), None),
        interval(Finish, "bright", 8, (1, 1), None),
    ]);
    if hud {
        plan = with_hud(plan, resolution, orientation);
    }
    plan.profile = Profile::new(resolution, orientation, hud);
    plan
}

async fn both_agree(resolution: Resolution) {
    let mut fixture = Fixture::new();
    bright_clip(&fixture.clip("bright", "bright.mp4"));
    let source = "testsrc2=s=360x640:r=30:d=0.7";
    let other = fixture.clip("other", "other.mp4");
    let other = other.to_str().expect("test paths are UTF-8");
    ffmpeg(&[&["-f", "lavfi", "-i", source], &H264[..], &[other]].concat());
    for orientation in [Orientation::Landscape, Orientation::Portrait] {
        for hud in [true, false] {
            let plan = plan(resolution, orientation, hud);
            let video = fixture.render(plan.clone(), "result.mp4").await;
            let (samples, config) = alike(&video, &plan.profile);
            let rare = read(&samples, &config);
            keeps_its_level(&video, &samples, &config);
            println!("{:?}: {rare:?}", plan.profile);
            if hud {
                assert!(
                    rare.restarts > 3 && rare.mixed > 3 && rare.raw_in_p > 0,
                    "{rare:?}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_decoders_agree_at_480p() {
    both_agree(Resolution::P480).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_decoders_agree_at_720p() {
    both_agree(Resolution::P720).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_decoders_agree_at_1080p() {
    both_agree(Resolution::P1080).await;
}

/// Real clips, and one with I frames inside its GOPs (see `exact`).
#[tokio::test(flavor = "multi_thread")]
async fn two_decoders_agree_on_real_clips() {
    let mut fixture = Fixture::new();
    cinema_clip(&fixture.clip("cinema", "cinema.mp4"));
    real_clip(&mut fixture, "air-squat");
    let plan = with_hud(
        stitched(vec![
            interval(Work, "cinema", 130, (1, 1), None),
            interval(Work, "air-squat", 140, (6, 5), Some(Side::Right)),
            interval(Work, "air-squat", 64, (1, 1), None),
        ]),
        Resolution::P480,
        Orientation::Landscape,
    );
    let video = fixture.render(plan.clone(), "result.mp4").await;
    let (samples, config) = alike(&video, &plan.profile);
    let rare = read(&samples, &config);
    keeps_its_level(&video, &samples, &config);
    println!("{rare:?}");
}

/// The graph's videos are checked, too.
#[tokio::test(flavor = "multi_thread")]
async fn two_decoders_agree_on_the_graphs_videos() {
    let mut fixture = Fixture::new();
    bright_clip(&fixture.clip("bright", "bright.mp4"));
    for preset in ["ultrafast", "veryfast"] {
        let all = vec![
            interval(Work, "bright", 40, (1, 1), None),
            interval(Rest, "bright", 20, (1, 2), None),
        ];
        let mut plan = with_hud(stitched(all), Resolution::P480, Orientation::Landscape);
        plan.renderer = RendererChoice::Graph;
        let mut settings = settings();
        settings.preset = preset;
        let video = fixture.render_with(settings, plan.clone(), "result.mp4").await;
        alike(&video, &plan.profile);
    }
}

/// An FFmpeg that encodes loops without the usual bound of the quantiser, so that they need
/// features that only High profiles allow.
fn unbounded(folder: &Path) -> PathBuf {
    let path = folder.join("ffmpeg-without-bound");
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *qpmin=*) echo >>'{}/encodings'; for word in \"$@\"; do shift; \
         set -- \"$@\" \"$(printf %s \"$word\" | sed s/qpmin=10:/qpmin=0:/)\"; done;; esac\nexec ffmpeg \"$@\"\n",
        folder.display()
    );
    std::fs::write(&path, script).expect("a script");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("its mode");
    path
}

/// At 480p the guard is lower, and the encoder never uses such a quantiser.
#[tokio::test(flavor = "multi_thread")]
async fn a_loop_that_asks_too_much_of_decoders_is_encoded_again() {
    let mut fixture = Fixture::new();
    bright_clip(&fixture.clip("bright", "bright.mp4"));
    let settings = settings_with(unbounded(fixture.folder()));
    let all = vec![interval(Work, "bright", 40, (1, 1), None)];
    let plan = with_hud(stitched(all), Resolution::P720, Orientation::Landscape);
    // The first viewer gets frames before their check; the kept loop is checked.
    fixture
        .render_with(settings.clone(), plan.clone(), "first.mp4")
        .await;
    kept(fixture.folder()).await;
    assert_eq!(encodings(fixture.folder()), 2, "the first try was good enough");
    let video = fixture.render_with(settings, plan.clone(), "second.mp4").await;
    assert_eq!(encodings(fixture.folder()), 2);
    let (samples, config) = alike(&video, &plan.profile);
    read(&samples, &config);
}
