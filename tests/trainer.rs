//! The included clips keep what the catalogue and the studio promise.

mod fixture;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use fixture::{Fixture, H264, ffmpeg, ffprobe, numbered_clip, numbers};
use serde_json::{Value, json};
use virtual_coach::catalogue::Catalogue;
use virtual_coach::clip::{Depth, Library};
use virtual_coach::render::Thumbnails;

/// The longest time without any motion, in frames: a pause of a second looks frozen.
const LONGEST_STILL: usize = 30;
/// The largest difference at the seam that coding alone may cause, in steps of grey: the first
/// frame of a loop is a keyframe, the last one is predicted. Measured: 0.14 where almost nothing
/// moves, which is invisible.
const CODING: f64 = 0.15;
/// Maximum bytes of an H.264 clip on average, and of each transparent clip.
const AVERAGE: u64 = 600_000;
const TRANSPARENT: u64 = 3_000_000;
/// Maximum bytes of all clips.
const ALL: u64 = 25_000_000;

/// Frames of a clip, small and grey; transparent pixels are black.
fn frames(path: &Path) -> Vec<Vec<u8>> {
    let filter = "format=rgba,premultiply=inplace=1,scale=160:90:flags=area,format=gray";
    let bytes = ffmpeg(&[
        "-i",
        path.to_str().unwrap(),
        "-an",
        "-vf",
        filter,
        "-f",
        "rawvideo",
        "-",
    ]);
    bytes.chunks_exact(160 * 90).map(<[u8]>::to_vec).collect()
}

/// Mean difference of two frames, in steps of grey.
fn difference(a: &[u8], b: &[u8]) -> f64 {
    let sum: u64 = a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.len() as f64
}

#[test]
fn every_clip_is_a_seamless_loop_in_which_something_moves() {
    let catalogue: Value = serde_json::from_str(include_str!("../exercises.json")).unwrap();
    let exercises = catalogue["exercises"].as_array().unwrap();
    assert!(exercises.len() >= 30, "only {} exercises", exercises.len());
    let mut faults = Vec::new();
    for exercise in exercises {
        let file = exercise["video"].as_str().unwrap();
        let frames = frames(&Path::new("videos").join(file));
        if !(60..=180).contains(&frames.len()) {
            faults.push(format!("{file} has {} pictures, not 2 to 6 s", frames.len()));
        }
        let poster = exercise["poster"].as_f64().map(|at| (at * 30.0).round() as usize);
        if poster.is_none_or(|at| at >= frames.len()) {
            faults.push(format!(
                "{file}: its poster is picture {poster:?} of {}",
                frames.len()
            ));
        }
        let steps: Vec<f64> = frames
            .windows(2)
            .map(|pair| difference(&pair[0], &pair[1]))
            .collect();
        let seam = difference(&frames[frames.len() - 1], &frames[0]);
        let largest = steps.iter().copied().fold(0.0, f64::max);
        if seam > largest + CODING {
            faults.push(format!(
                "{file}: the seam differs by {seam:.2}, neighbours by at most {largest:.2}"
            ));
        }
        let mut still = 0;
        for (at, step) in steps.iter().enumerate() {
            still = if *step < 0.005 { still + 1 } else { 0 };
            if still > LONGEST_STILL {
                faults.push(format!("{file} stands still around picture {at}"));
                break;
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_clip_is_coded_as_promised() {
    let (mut all, mut opaque, mut kinds) = (0, Vec::new(), Vec::new());
    let mut with_sound = 0;
    for file in fs::read_dir("videos").unwrap() {
        let path = file.unwrap().path();
        let bytes = path.metadata().unwrap().len();
        all += bytes;
        let probe = ffprobe(&["-show_streams", path.to_str().unwrap()]);
        let streams = probe["streams"].as_array().unwrap();
        let video = streams
            .iter()
            .find(|s| s["codec_type"] == "video")
            .expect("a video track");
        with_sound += usize::from(streams.len() > 1);
        assert_eq!(
            (&video["r_frame_rate"], &video["avg_frame_rate"]),
            (&"30/1".into(), &"30/1".into()),
            "{path:?}"
        );
        let (codec, pixels) = (video["codec_name"].as_str(), video["pix_fmt"].as_str());
        let kind = match (codec.unwrap(), pixels.unwrap()) {
            ("h264", "yuv420p") => "plain",
            ("qtrle", "argb") => "qtrle with transparency",
            // Ten or twelve bits, depending on FFmpeg's version.
            ("prores", "yuva444p10le" | "yuva444p12le") => "ProRes 4444 with transparency",
            other => panic!("{path:?} is {other:?}"),
        };
        let size = (
            video["width"].as_u64().unwrap(),
            video["height"].as_u64().unwrap(),
        );
        match (kind, size) {
            ("plain", (1280, 720)) => opaque.push(bytes),
            ("plain", (720, 1280)) => {
                opaque.push(bytes);
                kinds.push("portrait");
            }
            ("plain", other) => panic!("{path:?} is {other:?}"),
            (transparent, _) => {
                kinds.push(transparent);
                assert!(bytes <= TRANSPARENT, "{path:?} takes {bytes} bytes");
            }
        }
    }
    let average = opaque.iter().sum::<u64>() / opaque.len() as u64;
    assert!(average <= AVERAGE, "{average} bytes on average");
    assert!(all <= ALL, "{all} bytes in all");
    // One clip of each special kind shows what else people may deliver.
    kinds.sort_unstable();
    assert_eq!(
        (kinds, with_sound),
        (
            vec![
                "ProRes 4444 with transparency",
                "portrait",
                "qtrle with transparency"
            ],
            1
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poster_shows_the_frame_that_the_catalogue_names() {
    let mut fixture = Fixture::new();
    numbered_clip(&fixture.clip("plank", "numbered.mp4"), 60, &H264);
    let diagnoses = fixture.inspect(Depth::First).await;
    let library = Arc::new(Library::new(diagnoses, &mut Catalogue::default()));
    let mut file: Value = serde_json::from_str(include_str!("../exercises.json")).unwrap();
    let place = |e: &Value| e["id"] == "plank";
    let at = file["exercises"].as_array().unwrap().iter().position(place);
    let at = at.expect("a plank");
    // The requested frame; the first frame; a frame after the end of the clip; no request.
    for (poster, shown) in [
        (json!(1.2), 36),
        (json!(0), 0),
        (json!(20), 20),
        (Value::Null, 20),
    ] {
        let plank = file["exercises"][at].as_object_mut().unwrap();
        plank.remove("poster");
        if !poster.is_null() {
            plank.insert("poster".into(), poster.clone());
        }
        let catalogue = Catalogue::parse(&file.to_string()).unwrap();
        let thumbnails = Thumbnails::new(fixture::settings(), Arc::clone(&library));
        let jpeg = thumbnails.poster(catalogue.named("plank").unwrap()).await;
        let path = fixture.result("poster.jpg");
        fs::write(&path, jpeg.expect("a clip").expect("a picture")).unwrap();
        let seen: Vec<_> = numbers(&path, "854:480:0:0")
            .into_iter()
            .map(|s| s.map(|s| s.number))
            .collect();
        assert_eq!(seen, [Some(shown)], "poster {poster}");
    }
}
