//! Bit for bit: the HUD's rows are the requested pixels, the exercise's rows are those of the loop,
//! pass after pass.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use virtual_coach::h264::{self, Parameters, SliceHeader, SliceType};
use virtual_coach::hud::Hud;
use virtual_coach::units::{Frames, Ticks};
use virtual_coach::workout::IntervalKind::{Finish, GetReady, Rest, Work};
use virtual_coach::workout::{Orientation, Plan, Resolution, Side};

use crate::eyes::{Decoder, cinema_clip, coded, real_clip, rows, slices, stitched, with_hud};
use crate::fixture::{Fixture, H264, ffprobe, interval, numbered_clip, times};

/// The exercise's pixels of a loop's frames: by clip, whether mirrored, and frame number.
type Looks = HashMap<(String, bool, u64), blake3::Hash>;

/// Checks every coded frame of a stitched video. `looks` collects the exercise's rows of each loop,
/// and must not contradict them. Gives the number of frames that were compared with one seen
/// before.
fn check(video: &Path, plan: &Plan, pass: &dyn Fn(&str) -> u64, looks: &mut Looks) -> usize {
    let profile = plan.profile;
    let size = (profile.width as usize, profile.height as usize);
    let (top, guard) = (profile.hud_top() as usize, profile.guard() as usize);
    let bar = (size.0, profile.bar_height() as usize);
    let mut hud = Hud::new(
        Arc::new(plan.timeline.clone()),
        profile,
        plan.hud_parts,
        plan.language,
    )
    .expect("a bar");
    let mut decoder = Decoder::new(video, "null", size.0 * size.1 * 3 / 2);
    let (times, mut compared) = (times(video), 0);
    let (mut at, mut number) = (usize::MAX, 0);
    for (n, begins) in times[..times.len() - 1].iter().enumerate() {
        let frame = decoder.next().unwrap_or_else(|| panic!("{n} pictures only"));
        let shown = plan.timeline.at(Ticks(*begins).frame());
        number = if shown.index == at { number + 1 } else { 0 };
        at = shown.index;
        let wanted = hud.draw(Ticks(*begins).frame());
        assert_eq!(
            rows(frame, size, (top, size.1)),
            rows(wanted, bar, (guard, bar.1)),
            "the HUD of picture {n} at {begins}"
        );
        let mut hasher = blake3::Hasher::new();
        for plane in rows(frame, size, (0, top)) {
            hasher.update(plane);
        }
        let id = shown.movement.exercise.to_string();
        let key = (
            id.clone(),
            shown.movement.side == Some(Side::Right),
            number % pass(&id),
        );
        match looks.insert(key, hasher.finalize()) {
            Some(before) => {
                assert_eq!(
                    before,
                    hasher.finalize(),
                    "the exercise of picture {n} at {begins}"
                );
                compared += 1;
            }
            None => assert!(number < pass(&id), "picture {n} was never seen"),
        }
    }
    assert!(decoder.next().is_none(), "more pictures than times");
    compared
}

/// Passes of several speeds, whole and cut, one loop next to itself and to another, and interval
/// lengths that need restarts as well as keyframes.
fn intervals(numbered: &str, real: &str) -> Vec<virtual_coach::workout::Interval> {
    vec![
        interval(GetReady, numbered, 61, (1, 2), None),
        interval(Work, numbered, 223, (1, 1), Some(Side::Left)),
        interval(Work, numbered, 90, (6, 5), Some(Side::Right)),
        interval(Rest, real, 47, (1, 2), None),
        interval(Work, real, 290, (41, 40), None),
        interval(Finish, real, 20, (1, 2), None),
    ]
}

async fn exact(resolution: Resolution, orientation: Orientation, real: &str, shorter: u64) {
    let mut fixture = Fixture::new();
    numbered_clip(&fixture.clip("count", "count.mp4"), 40, &H264);
    real_clip(&mut fixture, real);
    let pass = |id: &str| match id {
        "count" => 40,
        "air-squat" => 64,
        _ => 120,
    };
    let mut looks = Looks::new();
    let mut all = intervals("count", real);
    for interval in &mut all {
        interval.length = Frames(interval.length.0 / shorter);
    }
    let plan = with_hud(stitched(all.clone()), resolution, orientation);
    let video = fixture.render(plan.clone(), "one.mp4").await;
    let compared = check(&video, &plan, &pass, &mut looks);
    // In the opposite order, the same loops under another HUD.
    all.reverse();
    let plan = with_hud(stitched(all), resolution, orientation);
    let video = fixture.render(plan.clone(), "other.mp4").await;
    let compared = compared + check(&video, &plan, &pass, &mut looks);
    assert!(
        compared > looks.len(),
        "{compared} of {} were seen again",
        looks.len()
    );
    println!("{resolution:?} {orientation:?}: {compared} pictures seen again, bit for bit");
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_of_720p_are_exact() {
    exact(Resolution::P720, Orientation::Landscape, "air-squat", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_of_480p_upright_are_exact() {
    exact(
        Resolution::P480,
        Orientation::Portrait,
        "standing-quad-stretch",
        1,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_of_480p_are_exact() {
    exact(Resolution::P480, Orientation::Landscape, "air-squat", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_of_1080p_are_exact() {
    exact(Resolution::P1080, Orientation::Landscape, "air-squat", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_hud_passes_are_the_same_bytes() {
    let mut fixture = Fixture::new();
    numbered_clip(&fixture.clip("count", "count.mp4"), 40, &H264);
    let plan = stitched(vec![
        interval(Work, "count", 170, (1, 1), None),
        interval(Work, "count", 90, (6, 5), None),
    ]);
    let video = fixture.render(plan, "result.mp4").await;
    let probe = ffprobe(&[
        "-select_streams",
        "v",
        "-show_packets",
        "-show_data_hash",
        "md5",
        video.to_str().unwrap(),
    ]);
    let packets = probe["packets"].as_array().unwrap();
    assert_eq!(packets.len(), 170 + 108);
    for (n, packet) in packets.iter().enumerate() {
        let number = if n < 170 { n % 40 } else { (n - 170) % 40 };
        assert_eq!(packet["data_hash"], packets[number]["data_hash"], "picture {n}");
        let key = packet["flags"].as_str().unwrap().starts_with('K');
        // Two GOPs of 20 frames; the last frame of a playback is no keyframe.
        assert_eq!(key, number % 20 == 0, "picture {n}");
    }
    // No HUD slice: only the slices that x264 wrote for its two threads.
    assert!(
        slices(&video).iter().all(|units| units.len() == 2),
        "{:?}",
        slices(&video)[0]
    );
    let seen = crate::fixture::numbers(&video, "854:480:0:0");
    assert!(seen.iter().all(Option::is_some));
}

/// The slice types of each coded frame.
fn types(video: &Path) -> Vec<SliceType> {
    let mut parameters = None;
    let frames = coded(video, |config| {
        parameters = Parameters::from_avcc(config.avcc()).ok();
    });
    let parameters = parameters.expect("parameter sets");
    let of = |frame: &bytes::Bytes| {
        let first = h264::nal_units(frame).next().expect("a slice");
        let header = SliceHeader::read(first.expect("all of it"), &parameters);
        header.expect("a header").slice_type
    };
    frames.iter().map(of).collect()
}

/// New content enters the frame from below and was nowhere in the frame before, so the encoder
/// sometimes finds the best prediction partly in the HUD's rows: in this clip once.
#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_predicted_from_the_hud_is_coded_by_itself() {
    const PASS: u64 = 63;
    let mut fixture = Fixture::new();
    cinema_clip(&fixture.clip("cinema", "cinema.mp4"));
    let plan = |lengths: &[(u64, (u32, u32))]| {
        let of = |(length, speed): &(_, _)| interval(Work, "cinema", *length, *speed, None);
        let all = lengths.iter().map(of).collect();
        with_hud(stitched(all), Resolution::P480, Orientation::Landscape)
    };
    // The first viewer gets frames before their check; the kept loop is checked.
    fixture.render(plan(&[(PASS, (1, 1))]), "first.mp4").await;
    let folder = fixture.folder().join("cache/loops");
    let is_loop = |file: std::io::Result<std::fs::DirEntry>| {
        file.is_ok_and(|file| file.path().extension() == Some("loop".as_ref()))
    };
    while !std::fs::read_dir(&folder).expect("a folder").any(is_loop) {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let plan = plan(&[(150, (1, 1)), (50, (1, 2)), (100, (6, 5)), (61, (1, 1))]);
    let video = fixture.render(plan.clone(), "result.mp4").await;
    let compared = check(&video, &plan, &|_| PASS, &mut Looks::new());
    assert!(compared > 250, "{compared} pictures were seen again");
    // GOPs of 21 frames: without the check all frames inside would be predicted.
    let types = types(&video).into_iter().take(PASS as usize).enumerate();
    let alone = types.filter(|(number, of)| number % 21 != 0 && *of == SliceType::I);
    let alone: Vec<usize> = alone.map(|(number, _)| number).collect();
    println!("predicted from none: {alone:?}");
    assert!(
        !alone.is_empty(),
        "nothing led the encoder astray: give it another clip"
    );
}
