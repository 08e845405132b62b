//! Images: the main image of the file, upright, in its true shape, whatever the file's name.

use std::fs;
use std::path::Path;

use virtual_coach::clip::Depth;
use virtual_coach::graph::Backdrop;
use virtual_coach::render::RenderSettings;
use virtual_coach::workout::{IntervalKind::Work, Plan, RendererChoice};

use crate::fixture::{self, Fixture, bare_plan, ffmpeg, frames, interval};

/// An image of 160x90 as a camera stores it; the arguments choose the format.
fn image(path: &Path, source: &str, arguments: &[&str]) {
    let path = path.to_str().expect("test paths are UTF-8");
    let first = ["-f", "lavfi", "-i", source, "-frames:v", "1"];
    // FFmpeg reads a name with % as a pattern: the test writes to another name and renames the
    // file.
    let made = format!("{path}.made");
    ffmpeg(&[&first[..], arguments, &[&made]].concat());
    fs::rename(made, path).expect("a file");
}

const JPEG: [&str; 5] = ["-pix_fmt", "yuvj420p", "-f", "image2", "-update"];

fn jpeg(path: &Path, source: &str) {
    image(
        path,
        source,
        &[&JPEG[..], &["1", "-c:v", "mjpeg", "-q:v", "2"]].concat(),
    );
}

/// The same JPEG with an EXIF orientation (1 to 8).
fn turned(path: &Path, orientation: u8) {
    let plain = fs::read(path).expect("a JPEG");
    let tiff = [
        b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0",
        &[orientation][..],
        b"\0\0\0\0\0\0",
    ]
    .concat();
    let exif = [b"Exif\0\0", &tiff[..]].concat();
    let length = (exif.len() as u16 + 2).to_be_bytes();
    let marked = [&plain[..2], b"\xff\xe1", &length, &exif, &plain[2..]].concat();
    fs::write(path, marked).expect("a file");
}

/// Red above blue in a white frame, as a camera that is held upright stores its left and right.
const STORED: &str = "color=blue:s=160x90,drawbox=h=45:c=red:t=fill,drawbox=c=white:t=6";

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_its_main_image_upright_and_in_its_shape() {
    let mut fixture = Fixture::new();
    for (id, orientation) in [("clockwise", 6), ("other", 8)] {
        let path = fixture.clip(id, &format!("{id}.jpg"));
        jpeg(&path, STORED);
        turned(&path, orientation);
        // Phones append a gain map: another JPEG, smaller and grey.
        let map = fixture.result("map.jpg");
        jpeg(&map, "color=gray:s=80x60");
        let both = [fs::read(&path).expect("a JPEG"), fs::read(&map).expect("a JPEG")].concat();
        fs::write(&path, both).expect("a file");
    }
    let ids = ["clockwise", "other"];
    let told = virtual_coach::clip::report(&fixture.inspect(Depth::Whole).await);
    for id in ids {
        let line = told.lines().find(|line| line.starts_with(id)).expect("its line");
        assert!(line.contains("turned upright") && line.ends_with("ok"), "{told}");
    }
    for renderer in [RendererChoice::Graph, RendererChoice::Stitch] {
        let plan = Plan {
            renderer,
            ..bare_plan(ids.map(|id| interval(Work, id, 20, (1, 1), None)).to_vec())
        };
        let video = fixture.render(plan, "result.mp4").await;
        // Upright, the image is 270 wide, from 292 to 562; its white frame takes 18 on each side.
        let patches = "format=rgb24,crop=854:100:0:190,scale=854:1:flags=area,format=rgb24";
        let seen = frames(&video, patches, 854 * 3);
        assert_eq!(seen.len(), 40, "{renderer:?}");
        for (number, frame) in seen.iter().enumerate() {
            let at = |x: usize| &frame[3 * x..3 * x + 3];
            let is = |x: usize, colour: [bool; 3]| {
                let channels = at(x).iter().zip(colour);
                channels.fold(true, |all, (seen, high)| {
                    all && if high { *seen > 180 } else { *seen < 90 }
                })
            };
            let (red, blue, white) = ([true, false, false], [false, false, true], [true; 3]);
            // After a clockwise turn the upper part is on the right.
            let (left, right) = if number < 20 { (blue, red) } else { (red, blue) };
            assert!(
                is(301, white)
                    && is(330, left)
                    && is(415, left)
                    && is(440, right)
                    && is(525, right)
                    && is(553, white),
                "{renderer:?}, picture {number}: {:?}",
                [301, 330, 415, 440, 525, 553].map(at)
            );
            assert!(
                !is(280, white) && !is(575, white),
                "{renderer:?}, picture {number}: wider than it should be: {:?}",
                [280, 575].map(at)
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_may_be_called_anything_and_lies_behind_a_figure_whatever_follows_it() {
    let mut fixture = Fixture::new();
    let names = [
        "100%.png",
        "%03d.png",
        "what?.png",
        "a*b.webp",
        "[x] {y}.tiff",
        "50%.jpg",
    ];
    for (number, name) in names.into_iter().enumerate() {
        let path = fixture.clip(&format!("named-{number}"), name);
        let arguments: &[&str] = match path.extension().and_then(|ending| ending.to_str()) {
            Some("png") => &["-f", "image2", "-update", "1", "-c:v", "png"],
            Some("webp") => &["-f", "webp", "-c:v", "libwebp"],
            Some("tiff") => &["-f", "image2", "-update", "1", "-c:v", "tiff"],
            _ => &[
                "-pix_fmt", "yuvj420p", "-f", "image2", "-update", "1", "-c:v", "mjpeg",
            ],
        };
        image(&path, "color=red:s=160x90", arguments);
    }
    let figure = fixture.clip("figure", "figure.mov");
    let nothing = "color=black@0:s=160x90:r=30:d=0.2,format=argb";
    ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        nothing,
        "-c:v",
        "qtrle",
        figure.to_str().expect("UTF-8"),
    ]);
    let backdrop = fixture.result("gym 7%.jpg");
    jpeg(&backdrop, "color=red:s=160x90");
    let map = fixture.result("map.jpg");
    jpeg(&map, "color=gray:s=80x60");
    let both = [
        fs::read(&backdrop).expect("a JPEG"),
        fs::read(&map).expect("a JPEG"),
    ]
    .concat();
    fs::write(&backdrop, both).expect("a file");
    fixture.inspector().still(&backdrop).await.expect("a backdrop");

    let mut intervals: Vec<_> = (0..names.len())
        .map(|n| interval(Work, &format!("named-{n}"), 5, (1, 1), None))
        .collect();
    intervals.push(interval(Work, "figure", 20, (1, 1), None));
    let settings = RenderSettings {
        backdrop: Backdrop::Image(backdrop),
        ..fixture::settings()
    };
    let video = fixture
        .render_with(settings, bare_plan(intervals), "result.mp4")
        .await;
    let seen = frames(
        &video,
        "crop=16:16,scale=in_color_matrix=bt709:flags=accurate_rnd+full_chroma_int+full_chroma_inp,format=rgb24,crop=1:1",
        3,
    );
    assert_eq!(seen.len(), 5 * names.len() + 20);
    for (number, colour) in seen.iter().enumerate() {
        assert!(
            colour[0] > 240 && colour[1] < 15 && colour[2] < 15,
            "picture {number} is {colour:?}"
        );
    }
}
