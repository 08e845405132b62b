//! Clips as people own them: the tests make a clip of every kind and show each for one interval of
//! one workout.

mod fixture;
#[path = "clips/odd.rs"]
mod odd;
#[path = "clips/photos.rs"]
mod photos;
#[path = "clips/ranges.rs"]
mod ranges;
#[path = "clips/report.rs"]
mod report;
#[path = "clips/seen.rs"]
mod seen;

use std::fs;
use std::path::Path;

use fixture::{Fixture, H264, bare_plan, ffmpeg, interval, numbered, numbered_clip, numbers};
use virtual_coach::catalogue::LoopRange;
use virtual_coach::clip::{Depth, report};
use virtual_coach::graph::Backdrop;
use virtual_coach::render::RenderSettings;
use virtual_coach::units::Seconds;
use virtual_coach::workout::{Interval, IntervalKind::Work};

/// Frames of each clip: two thirds of an interval, so that every clip repeats.
const PASS: u64 = 30;
const SHOWN: u64 = 45;

/// A kind of clip: its file name, and the largest allowed error of a frame number.
struct Kind {
    file: &'static str,
    off_by: u64,
    make: fn(&Path),
}

fn kind(file: &'static str, off_by: u64, make: fn(&Path)) -> Kind {
    Kind { file, off_by, make }
}

/// Makes a numbered clip; FFmpeg's arguments are given as one line.
fn with(path: &Path, line: &str) {
    numbered_clip(path, PASS, &line.split_whitespace().collect::<Vec<_>>());
}

/// Makes a numbered clip with a tone of `seconds` seconds.
fn with_tone(path: &Path, seconds: &str, line: &str) {
    let tone = format!("sine=frequency=440:duration={seconds}");
    let source = numbered(PASS);
    let mut arguments = vec!["-f", "lavfi", "-i", &source, "-f", "lavfi", "-i", &tone];
    arguments.extend(line.split_whitespace());
    arguments.push(path.to_str().unwrap());
    ffmpeg(&arguments);
}

const X264: &str = "-c:v libx264 -crf 12 -pix_fmt yuv420p";

#[allow(clippy::too_many_lines)] // a table
fn kinds() -> Vec<Kind> {
    vec![
        kind("plain.mp4", 0, |p| with(p, X264)),
        kind("rotated.mov", 0, |p| {
            let sideways = p.with_file_name("sideways.mov");
            with(&sideways, &format!("-vf transpose=cclock {X264}"));
            let (from, to) = (sideways.to_str().unwrap(), p.to_str().unwrap());
            ffmpeg(&["-i", from, "-c", "copy", "-metadata:s:v:0", "rotate=90", to]);
        }),
        kind("uneven times.mp4", 2, |p| {
            with(
                p,
                &format!("-vf select='gt(mod(n\\,3)\\,0)+eq(n\\,0)' -fps_mode vfr {X264}"),
            );
        }),
        kind("full-chroma.mp4", 0, |p| {
            with(p, "-c:v libx264 -crf 12 -pix_fmt yuv444p");
        }),
        kind("hlg-10-bit.mov", 0, |p| {
            with(
                p,
                "-c:v libx265 -x265-params log-level=error:colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc \
                 -pix_fmt yuv420p10le -tag:v hvc1",
            );
        }),
        kind("odd-size.mkv", 0, |p| {
            with(p, "-vf scale=319:181 -c:v ffv1 -pix_fmt yuv444p");
        }),
        kind("wide-pixels.mp4", 0, |p| {
            with(p, &format!("-vf scale=160:180,setsar=2 {X264}"));
        }),
        kind("mono-44100.mp4", 0, |p| {
            with_tone(p, "1", &format!("{X264} -c:a aac -ac 1 -ar 44100"));
        }),
        kind("long-sound.mp4", 0, |p| {
            with_tone(p, "4", &format!("{X264} -c:a aac"));
        }),
        kind("sound-first.mkv", 0, |p| {
            with_tone(p, "1", &format!("-map 1 -map 0 {X264} -c:a libvorbis"));
        }),
        kind("qtrle-alpha.mov", 0, |p| with(p, "-vf format=argb -c:v qtrle")),
        kind("prores-4444.mov", 0, |p| {
            with(p, "-c:v prores_ks -profile:v 4444 -pix_fmt yuva444p10le");
        }),
        kind("vp9-alpha.webm", 0, |p| {
            with(
                p,
                "-c:v libvpx-vp9 -crf 20 -b:v 0 -deadline realtime -pix_fmt yuva420p -auto-alt-ref 0",
            );
        }),
        kind("it's \"a\" clip: 100%,[x];y.mp4", 0, |p| with(p, X264)),
        kind("-y.mp4", 0, |p| with(p, X264)),
        kind("full-range.mp4", 0, |p| {
            with(
                p,
                "-vf scale=out_range=full -c:v libx264 -crf 12 -pix_fmt yuvj420p",
            );
        }),
        kind("interlaced.mpg", 0, |p| {
            with(
                p,
                "-vf scale=640:360,fps=30 -c:v mpeg2video -q:v 2 -flags +ildct+ilme -top 1 -bf 0",
            );
        }),
        kind("late-start.mkv", 0, |p| {
            with(p, &format!("{X264} -output_ts_offset 7.5"));
        }),
        kind("b-pictures.mp4", 0, |p| {
            with(p, &format!("{X264} -bf 3 -preset slow"));
        }),
        kind("two-tracks.mov", 0, |p| {
            let source = numbered(PASS);
            let path = p.to_str().unwrap();
            let small = "color=c=red:s=64x36:r=30:d=1";
            let mut arguments = vec!["-f", "lavfi", "-i", small, "-f", "lavfi", "-i", &source];
            arguments.extend([
                "-map",
                "0",
                "-map",
                "1",
                "-disposition:v:0",
                "0",
                "-disposition:v:1",
                "default",
            ]);
            arguments.extend(H264);
            arguments.push(path);
            ffmpeg(&arguments);
        }),
        kind("no-duration.webm", 1, |p| {
            let source = numbered(PASS);
            let vp8 = [
                "-c:v",
                "libvpx",
                "-b:v",
                "2M",
                "-deadline",
                "realtime",
                "-f",
                "webm",
                "-",
            ];
            let mut arguments = vec!["-f", "lavfi", "-i", &source];
            arguments.extend(vp8);
            fs::write(p, ffmpeg(&arguments)).unwrap(); // through a pipe: FFmpeg cannot write the length into the header afterwards
        }),
        kind("cut-by-edit-list.mp4", 1, |p| {
            let whole = p.with_file_name("uncut.mp4");
            numbered_clip(&whole, 60, &H264);
            let (from, to) = (whole.to_str().unwrap(), p.to_str().unwrap());
            ffmpeg(&["-ss", "1", "-i", from, "-c", "copy", to]);
        }),
        kind("sixty.mp4", 1, |p| {
            let path = p.to_str().unwrap();
            let source = format!("{},fps=60", numbered(PASS));
            let mut arguments = vec!["-f", "lavfi", "-i", &source];
            arguments.extend(H264);
            arguments.push(path);
            ffmpeg(&arguments);
        }),
        kind("animation.gif", 1, |p| with(p, "-vf fps=25")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_clip_is_shown_whole_upright_and_repeated() {
    let mut fixture = Fixture::new();
    let kinds = kinds();
    let mut intervals: Vec<Interval> = Vec::new();
    for (number, kind) in kinds.iter().enumerate() {
        let id = format!("kind-{number}");
        (kind.make)(&fixture.clip(&id, kind.file));
        intervals.push(interval(Work, &id, SHOWN, (1, 1), None));
    }
    let told = report(&fixture.inspect(Depth::Whole).await);
    assert!(!told.contains("breaks off"), "{told}");
    println!("{told}");
    let video = fixture.render(bare_plan(intervals), "result.mp4").await;
    // The middle of the frame holds the number, whether the clip is tone-mapped, padded or laid
    // over the backdrop.
    let seen = numbers(&video, "852:300:1:90");
    assert_eq!(seen.len() as u64, SHOWN * kinds.len() as u64, "pictures in all");
    let mut wrong = Vec::new();
    for (kind, seen) in kinds.iter().zip(seen.chunks_exact(SHOWN as usize)) {
        let numbers: Vec<i64> = seen.iter().map(|s| s.map_or(-1, |s| s.number as i64)).collect();
        let base = if kind.file == "cut-by-edit-list.mp4" {
            30
        } else {
            0
        };
        for (frame, number) in numbers.iter().enumerate() {
            let expected = base + frame as i64 % PASS as i64;
            let off = (number - expected).abs();
            // At a joint, a clip of about 30 frames per second may be one frame early or late.
            if *number < 0 || off.min(PASS as i64 - off) > kind.off_by as i64 {
                wrong.push(format!("{}: {numbers:?}", kind.file));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "clips shown wrongly:\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_image_is_a_clip() {
    let mut fixture = Fixture::new();
    numbered_clip(&fixture.clip("one", "one.mp4"), 1, &H264);
    numbered_clip(&fixture.clip("still", "still.png"), 1, &["-frames:v", "1"]);
    numbered_clip(
        &fixture.clip("photo", "photo.JPG"),
        1,
        &["-frames:v", "1", "-update", "1", "-pix_fmt", "yuvj420p"],
    );
    let plan = bare_plan(vec![
        interval(Work, "one", 40, (1, 1), None),
        interval(Work, "still", 40, (6, 5), None),
        interval(Work, "one", 1, (1, 1), None),
        interval(Work, "still", 1, (1, 2), None),
        interval(Work, "photo", 10, (1, 1), None),
    ]);
    let seen = numbers(&fixture.render(plan, "result.mp4").await, "854:480:0:0");
    assert_eq!(seen.len(), 92);
    assert!(seen.iter().all(|s| s.is_some_and(|s| s.number == 0)), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_too_long_for_memory_is_read_again_and_a_truncated_one_repeats_what_it_has() {
    let mut fixture = Fixture::new();
    // 200 frames at 480p exceed the memory that one process may hold.
    numbered_clip(&fixture.clip("long", "long.mp4"), 200, &H264);
    let whole = fixture.result("whole.mp4");
    let mut arguments = H264.to_vec();
    arguments.extend(["-g", "10", "-movflags", "+faststart"]);
    numbered_clip(&whole, 60, &arguments);
    let bytes = fs::read(&whole).unwrap();
    fs::write(
        fixture.clip("broken-off", "broken-off.mp4"),
        &bytes[..bytes.len() * 2 / 3],
    )
    .unwrap();
    let told = report(&fixture.inspect(Depth::Whole).await);
    let line = told
        .lines()
        .find(|line| line.starts_with("broken-off"))
        .expect("its line");
    assert!(line.contains("breaks off after"), "{told}");
    let plan = bare_plan(vec![
        interval(Work, "long", 450, (1, 1), None),
        interval(Work, "broken-off", 150, (1, 1), None),
    ]);
    let seen = numbers(&fixture.render(plan, "result.mp4").await, "854:480:0:0");
    assert_eq!(seen.len(), 600);
    for (frame, seen) in seen[..450].iter().enumerate() {
        let number = seen
            .unwrap_or_else(|| panic!("picture {frame} shows no number"))
            .number;
        let off = (number as i64 - frame as i64 % 200).abs();
        assert!(off.min(200 - off) <= 1, "picture {frame} shows {number}");
    }
    let distinct: std::collections::BTreeSet<_> = seen[450..].iter().flatten().map(|s| s.number).collect();
    assert!(
        distinct.len() > 20,
        "of a truncated clip only {distinct:?} are shown"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_range_is_cut_to_the_frame_and_only_once() {
    let mut fixture = Fixture::new();
    numbered_clip(&fixture.clip("long", "long.mp4"), 200, &H264);
    let range = |start, end| {
        Some(LoopRange {
            start: Seconds(start),
            end: Seconds(end),
        })
    };
    let inspector = fixture.inspector();
    let clip = inspector
        .inspect("long.mp4", range(1.0, 3.0), Depth::First)
        .await
        .expect("a cut");
    assert_eq!(clip.frames().0, 60);
    let seen = numbers(&clip.path, "320:180:0:0");
    let seen: Vec<u64> = seen.iter().map(|s| s.expect("a number").number).collect();
    assert_eq!(seen, (30..90).collect::<Vec<_>>());
    let made = fs::metadata(&clip.path).unwrap().modified().unwrap();
    let again = inspector
        .inspect("long.mp4", range(1.0, 3.0), Depth::First)
        .await
        .expect("the same cut");
    assert_eq!(
        (again.path.clone(), made),
        (clip.path, fs::metadata(&again.path).unwrap().modified().unwrap())
    );
    let error = inspector
        .inspect("long.mp4", range(5.0, 9.0), Depth::First)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the loop range of long.mp4 is 5 to 9 s, but the clip is 6.67 s long"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_clip_is_told_with_its_reason_and_stops_nothing_else() {
    let mut fixture = Fixture::new();
    numbered_clip(&fixture.clip("good", "good.mp4"), 10, &H264);
    fs::write(
        fixture.clip("text", "text.mp4"),
        "This is a text, not a video.\n".repeat(50),
    )
    .unwrap();
    fs::write(fixture.clip("empty", "empty.mov"), "").unwrap();
    let good = fixture.result("good.mp4");
    let list = format!("ffconcat version 1.0\nfile '{}'\n", good.display());
    fs::write(fixture.clip("playlist", "playlist.mp4"), list).unwrap();
    let hls = format!(
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{}\n",
        good.display()
    );
    fs::write(fixture.clip("hls", "hls.mp4"), hls).unwrap();
    ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        "sine=duration=1",
        fixture.clip("tune", "tune.m4a").to_str().unwrap(),
    ]);
    fixture.clip("missing", "missing.mp4");
    std::os::unix::fs::symlink("/etc/hostname", fixture.clip("outside", "outside.mp4")).unwrap();
    fixture.clip("above", "../above.mp4");
    let diagnoses = fixture.inspect(Depth::Whole).await;
    let reasons: Vec<String> = diagnoses
        .iter()
        .map(|d| match &d.outcome {
            Ok(_) => format!("{}: ok", d.exercise),
            Err(error) => format!("{}: {error}", d.exercise),
        })
        .collect();
    insta::assert_snapshot!(reasons.join("\n"));
}

#[test]
fn old_cuts_give_way_when_there_are_too_many_but_not_those_in_use() {
    let fixture = Fixture::new();
    let cuts = fixture.folder().join("cache/cuts");
    fs::create_dir_all(&cuts).unwrap();
    // Three sparse files of 2 GiB each; 4 GiB are kept.
    let paths = ["oldest.mkv", "old.mkv", "young.mkv"].map(|name| cuts.join(name));
    for (age, path) in [3, 2, 1].into_iter().zip(&paths) {
        let file = fs::File::create(path).unwrap();
        file.set_len(2 << 30).unwrap();
        file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_hours(age))
            .unwrap();
    }
    // Two unfinished cuts. A living writer holds a lock on the first, although it is old; the
    // writer of the second is gone.
    let aside = |name: &str| {
        let path = cuts.join(name);
        let changed = std::time::SystemTime::now() - std::time::Duration::from_hours(2);
        let file = fs::File::create(&path).unwrap();
        file.set_modified(changed).unwrap();
        (path, file)
    };
    let (written, writer) = aside("aside-written.mkv");
    writer.lock().unwrap();
    let (left, gone) = aside("aside-left.mkv");
    drop(gone);
    fixture.inspector().tidy(&[&paths[0]]);
    assert_eq!(paths.map(|path| path.exists()), [true, false, true]);
    assert_eq!(
        [written.exists(), left.exists()],
        [true, false],
        "one is still written"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transparent_clip_lies_over_the_backdrop() {
    let mut fixture = Fixture::new();
    let clip = fixture.clip("figure", "figure.mov");
    let figure = "nullsrc=s=320x180:r=30:d=1,format=argb,\
                  geq=r=255:g=255:b=255:a='255*between(X,140,180)'";
    ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        figure,
        "-c:v",
        "qtrle",
        clip.to_str().unwrap(),
    ]);
    let photo = fixture.result("gym.jpg");
    let red = "color=red:s=400x300";
    ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        red,
        "-frames:v",
        "1",
        "-update",
        "1",
        photo.to_str().unwrap(),
    ]);
    for (backdrop, expected) in [
        (Backdrop::Colour([0, 0, 255]), [0, 0, 255]),
        (Backdrop::Image(photo), [254, 0, 0]),
    ] {
        let settings = RenderSettings {
            backdrop,
            ..fixture::settings()
        };
        let plan = bare_plan(vec![interval(Work, "figure", 45, (1, 1), None)]);
        let video = fixture.render_with(settings, plan, "result.mp4").await;
        let file = video.to_str().unwrap();
        // Three patches of every frame: left of the figure, on the figure, right of the figure.
        let crop = "format=rgb24,crop=810:100:22:100,scale=3:1:flags=area,format=rgb24";
        let pixels = ffmpeg(&["-i", file, "-vf", crop, "-f", "rawvideo", "-"]);
        assert_eq!(pixels.len(), 45 * 9);
        for frame in pixels.chunks_exact(9) {
            for (patch, off) in [(0, 12), (2, 12)] {
                for (seen, wanted) in frame[patch * 3..].iter().zip(expected) {
                    assert!(seen.abs_diff(wanted) <= off, "{frame:?} instead of {expected:?}");
                }
            }
            assert!(frame[4] > 100, "no figure in {frame:?}");
        }
    }
}
