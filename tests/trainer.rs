//! The clips that come with the product: each is what the catalogue and the studio promise.

mod studio;

use std::fs;
use std::path::Path;

use serde_json::Value;
use studio::{ffmpeg, ffprobe};

/// The longest stretch in which nothing may move, in pictures: a hold of a second looks frozen.
const LONGEST_STILL: usize = 30;
/// What the seam may differ by for its coding alone, in steps of grey: the first picture of a loop is
/// a key picture, coded afresh, beside one that was predicted. Measured: 0.14 where hardly anything
/// moves; not to be seen.
const CODING: f64 = 0.15;
/// Bytes of an H.264 clip on average, and of any transparent one.
const AVERAGE: u64 = 600_000;
const TRANSPARENT: u64 = 3_000_000;
/// Bytes of all clips.
const ALL: u64 = 25_000_000;

/// Pictures of a clip, small and grey, with what is transparent left black.
fn pictures(path: &Path) -> Vec<Vec<u8>> {
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

/// Mean difference of two pictures, in steps of grey.
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
        let pictures = pictures(&Path::new("videos").join(file));
        if !(60..=180).contains(&pictures.len()) {
            faults.push(format!("{file} has {} pictures, not 2 to 6 s", pictures.len()));
        }
        let steps: Vec<f64> = pictures
            .windows(2)
            .map(|pair| difference(&pair[0], &pair[1]))
            .collect();
        let seam = difference(&pictures[pictures.len() - 1], &pictures[0]);
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
    let (mut all, mut opaque, mut transparent) = (0, Vec::new(), 0);
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
        if video["codec_name"] == "h264" {
            assert_eq!(
                (&video["width"], &video["height"]),
                (&1280.into(), &720.into()),
                "{path:?}"
            );
            opaque.push(bytes);
        } else {
            transparent += 1;
            assert_eq!(
                (&video["codec_name"], &video["pix_fmt"]),
                (&"qtrle".into(), &"argb".into()),
                "{path:?}"
            );
            assert!(bytes <= TRANSPARENT, "{path:?} takes {bytes} bytes");
        }
    }
    let average = opaque.iter().sum::<u64>() / opaque.len() as u64;
    assert!(average <= AVERAGE, "{average} bytes on average");
    assert!(all <= ALL, "{all} bytes in all");
    assert!(
        transparent >= 1 && with_sound >= 1,
        "{transparent} transparent, {with_sound} with sound"
    );
}
