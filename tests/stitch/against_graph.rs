//! Both renderers show the same frames at the same instants, and the same sounds, for the same
//! plan.

use std::path::Path;

use virtual_coach::workout::IntervalKind::{Finish, GetReady, Rest, Work};
use virtual_coach::workout::{Interval, Orientation, Plan, RendererChoice, Resolution, Side};

use crate::eyes::{Decoder, cinema_clip, psnr, real_clip, rows, stitched, with_hud};
use crate::fixture::{
    Fixture, H264, ffmpeg, ffprobe, interval, numbered, numbered_clip, numbers, onsets, settings, sound,
    times,
};

/// The video of the graph, with an encoder quality that does not affect the comparison, and the
/// stitched video.
async fn both(fixture: &Fixture, plan: &Plan) -> [std::path::PathBuf; 2] {
    let mut graph = plan.clone();
    graph.renderer = RendererChoice::Graph;
    let mut settings = settings();
    settings.preset = "veryfast";
    [
        fixture.render_with(settings, graph, "graph.mp4").await,
        fixture.render(plan.clone(), "stitch.mp4").await,
    ]
}

/// The worst and the mean PSNR of the exercise's rows, at each instant at which both videos change.
/// Luma and chroma count as one, as in FFmpeg's `psnr_avg`.
fn likeness([graph, stitch]: &[std::path::PathBuf; 2], plan: &Plan) -> (f64, f64) {
    let profile = plan.profile;
    let size = (profile.width as usize, profile.height as usize);
    let area = (0, profile.area_height as usize);
    let bytes = size.0 * size.1 * 3 / 2;
    let (graph_times, times) = (times(graph), times(stitch));
    assert_eq!(graph_times.last(), times.last(), "lengths");
    let mut theirs = Decoder::new(graph, "null", bytes);
    let mut ours = Decoder::new(stitch, "null", bytes);
    let (mut worst, mut sum, mut at, mut compared) = (f64::INFINITY, 0.0, 0, 0);
    let mut their_frame = theirs.next().expect("a picture").to_vec();
    for (n, begins) in times[..times.len() - 1].iter().enumerate() {
        while at + 2 < graph_times.len() && graph_times[at + 1] <= *begins {
            their_frame.copy_from_slice(theirs.next().expect("a picture for each time"));
            at += 1;
        }
        let frame = ours.next().expect("a picture for each time");
        if begins % 3000 != 0 {
            // The graph's frames begin at thirtieths of a second; this frame begins between two of them.
            continue;
        }
        compared += 1;
        let all = |frame: &[u8]| rows(frame, size, area).concat();
        let psnr = psnr(&all(frame), &all(&their_frame)).min(100.0);
        assert!(
            psnr > 30.0,
            "{psnr:.1} dB in picture {n} at {begins}, in {:?}",
            plan.timeline.at(virtual_coach::units::Ticks(*begins).frame())
        );
        worst = worst.min(psnr);
        sum += psnr;
    }
    assert!(
        compared > times.len() / 2,
        "only {compared} pictures begin with one of the graph's"
    );
    (worst, sum / compared as f64)
}

fn lengths(video: &Path) -> [Option<u64>; 2] {
    let probe = ffprobe(&["-show_streams", video.to_str().unwrap()]);
    [0, 1].map(|track: usize| probe["streams"][track]["duration_ts"].as_u64())
}

async fn alike(fixture: &Fixture, plan: &Plan) {
    let videos = both(fixture, plan).await;
    let (worst, mean) = likeness(&videos, plan);
    println!(
        "{:?}: PSNR {worst:.1} dB at worst, {mean:.1} dB on average",
        plan.profile
    );
    assert_eq!(lengths(&videos[0]), lengths(&videos[1]));
}

/// Speeds at which both renderers show the same frames. At other speeds, such as 2, some frames lie
/// between two thirtieths of a second, and the graph takes one or the other.
fn squats_and_others() -> Vec<Interval> {
    vec![
        interval(GetReady, "air-squat", 60, (1, 2), None),
        interval(Work, "air-squat", 100, (1, 1), Some(Side::Right)),
        interval(Rest, "high-knees", 60, (1, 2), None),
        interval(Work, "high-knees", 100, (1, 1), None),
        interval(Work, "standing-quad-stretch", 60, (1, 1), Some(Side::Left)),
        interval(Work, "jumping-jack", 80, (1, 1), None),
        interval(Finish, "jumping-jack", 30, (1, 2), None),
    ]
}

async fn real_clips_are_alike(resolution: Resolution, orientation: Orientation) {
    let mut fixture = Fixture::new();
    for id in ["air-squat", "high-knees", "standing-quad-stretch", "jumping-jack"] {
        real_clip(&mut fixture, id);
    }
    let plan = with_hud(stitched(squats_and_others()), resolution, orientation);
    alike(&fixture, &plan).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn real_clips_look_as_the_graph_shows_them() {
    real_clips_are_alike(Resolution::P720, Orientation::Landscape).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn real_clips_upright_look_as_the_graph_shows_them() {
    real_clips_are_alike(Resolution::P480, Orientation::Portrait).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cues_are_heard_when_the_graph_plays_them() {
    let mut fixture = Fixture::new();
    numbered_clip(&fixture.clip("count", "count.mp4"), 30, &H264);
    let mut plan = stitched(vec![
        interval(GetReady, "count", 150, (1, 2), None),
        interval(Work, "count", 1201, (1, 1), None),
        interval(Rest, "count", 301, (1, 2), None),
        interval(Work, "count", 617, (6, 5), None),
        interval(Finish, "count", 90, (1, 2), None),
    ]);
    plan.cues = true;
    let videos = both(&fixture, &plan).await;
    let [theirs, ours] = [0, 1].map(|n: usize| onsets(&sound(&videos[n]), 0.03, 0.02));
    assert_eq!(theirs.len(), ours.len(), "{theirs:?} {ours:?}");
    assert!(theirs.len() > 8, "{theirs:?}");
    let off: Vec<f64> = theirs.iter().zip(&ours).map(|(a, b)| (a - b).abs()).collect();
    let worst = off.iter().fold(0.0, |worst: f64, off| worst.max(*off));
    println!("{} cues, at most {:.1} ms off", off.len(), worst * 1000.0);
    assert!(worst < 0.011, "{theirs:?} {ours:?}");
    assert_eq!(lengths(&videos[0]), lengths(&videos[1]));
}

/// Unusual files that people own: each looks the same stitched as by the graph.
#[tokio::test(flavor = "multi_thread")]
async fn clips_of_any_kind_look_as_the_graph_shows_them() {
    let mut fixture = Fixture::new();
    let mut make = |id: &str, file: &str, source: &str, arguments: &[&str]| {
        let path = fixture.clip(id, file);
        let mut all = vec!["-f", "lavfi", "-i", source];
        all.extend(arguments);
        all.push(path.to_str().unwrap());
        ffmpeg(&all);
        path
    };
    let moving = |size: &str, rest: &str| format!("testsrc2=s={size}:r=30{rest}");
    make("still", "still.png", &moving("640x360", ""), &["-frames:v", "1"]);
    let mut three = H264.to_vec();
    three.extend(["-frames:v", "3"]);
    make("three", "three.mp4", &moving("640x360", ""), &three);
    make(
        "odd",
        "odd.mkv",
        &moving("333x251", ":d=1"),
        &["-c:v", "ffv1", "-pix_fmt", "yuv444p"],
    );
    let mut vfr = H264.to_vec();
    vfr.extend(["-fps_mode", "vfr", "-vf", "select='mod(n,3)+mod(n,5)'"]);
    make("vfr", "vfr.mp4", &moving("640x360", ":d=2"), &vfr);
    let upright = make("upright", "upright.mp4", &moving("640x360", ":d=1"), &H264);
    cinema_clip(&fixture.clip("film", "film.mp4"));
    let phone = fixture.clip("phone", "phone.mov");
    ffmpeg(&[
        "-i",
        upright.to_str().unwrap(),
        "-c",
        "copy",
        "-metadata:s:v:0",
        "rotate=90",
        phone.to_str().unwrap(),
    ]);
    let ids = ["still", "three", "odd", "vfr", "film", "phone"];
    let intervals = ids.map(|id| interval(Work, id, 70, (1, 1), None)).to_vec();
    let plan = with_hud(stitched(intervals), Resolution::P480, Orientation::Landscape);
    alike(&fixture, &plan).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clips_sound_is_in_step_with_stitched_frames() {
    let mut fixture = Fixture::new();
    let tone = "sine=frequency=1000:sample_rate=44100:duration=0.05,volume=6,apad=whole_dur=2";
    let path = fixture.clip("tone", "tone.mov");
    let mut arguments = vec!["-f", "lavfi", "-i"];
    let source = numbered(60);
    arguments.extend([source.as_str(), "-f", "lavfi", "-i", tone]);
    arguments.extend(H264);
    arguments.extend(["-c:a", "pcm_s16le", path.to_str().unwrap()]);
    ffmpeg(&arguments);
    let mut plan = stitched(vec![
        interval(Work, "tone", 451, (1, 1), None),
        interval(Work, "tone", 463, (6, 5), None),
        interval(Work, "tone", 337, (1, 1), None),
    ]);
    plan.clip_sound = true;
    let length = plan.length();
    let video = fixture.render(plan, "result.mp4").await;
    let tones = onsets(&sound(&video), 0.1, 0.3);
    let (seen, times) = (numbers(&video, "854:480:0:0"), times(&video));
    let firsts = seen
        .iter()
        .enumerate()
        .filter(|(_, s)| s.is_some_and(|s| s.number == 0));
    let firsts: Vec<f64> = firsts.map(|(n, _)| times[n] as f64 / 90_000.0).collect();
    assert_eq!(
        tones.len(),
        firsts.len(),
        "tones at {tones:?}, first pictures at {firsts:?}"
    );
    assert!(tones.len() > 20, "{tones:?}");
    for (tone, frame) in tones.iter().zip(&firsts) {
        assert!(
            (tone - frame).abs() < 0.025,
            "a tone at {tone} s, its picture at {frame} s"
        );
    }
    assert_eq!(lengths(&video), [Some(length.0 * 3000), Some(length.samples().0)]);
}
