//! Files with more than the frames of one clip, and clips that repeat: both renderers show them
//! whole.

use std::fs;
use std::path::Path;

use virtual_coach::clip::Depth;
use virtual_coach::render::trial_render;
use virtual_coach::workout::{Interval, IntervalKind::Work, Plan, RendererChoice};

use crate::fixture::{
    self, Fixture, H264, bare_plan, ffmpeg, interval, numbered, numbered_clip, numbers, numbers_on_grid,
    onsets, sound,
};

const PASS: u64 = 30;
const SHOWN: u64 = 45;
/// Frames of a clip that one process does not hold in memory at 480p.
const LONG: u64 = 200;
/// The whole area of a video without HUD.
const AREA: &str = "854:480:0:0";

fn text(path: &Path) -> &str {
    path.to_str().expect("test paths are UTF-8")
}

fn with(renderer: RendererChoice, plan: Plan) -> Plan {
    Plan { renderer, ..plan }
}

/// Makes a clip from the numbered frames in `sources` (FFmpeg's inputs) with these arguments.
fn make(path: &Path, sources: &[&str], line: &str) {
    let numbers = numbered(PASS);
    let mut arguments = vec!["-f", "lavfi", "-i", &numbers];
    for source in sources {
        arguments.extend(["-f", "lavfi", "-i", source]);
    }
    arguments.extend(line.split_whitespace());
    arguments.push(text(path));
    ffmpeg(&arguments);
}

const CODED: &str = "-c:v libx264 -crf 12 -pix_fmt yuv420p";

fn chapters(path: &Path) {
    let plain = path.with_file_name("plain.mp4");
    numbered_clip(&plain, PASS, &H264);
    let chapter_list = path.with_file_name("marks.txt");
    let chapter = "[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=500\ntitle=Down\n";
    fs::write(&chapter_list, format!(";FFMETADATA1\n{chapter}")).expect("a file");
    let inputs = ["-i", text(&plain), "-i", text(&chapter_list)];
    ffmpeg(&[&inputs[..], &["-map_metadata", "1", "-c", "copy", text(path)]].concat());
}

/// A file with two audio tracks; FFmpeg does not know the codec of the first.
fn unknown_codec(path: &Path) {
    let sources = ["anullsrc,atrim=end=1", "sine=frequency=880:duration=1,volume=4"];
    make(path, &sources, &format!("-map 0 -map 1 -map 2 {CODED} -c:a aac"));
    let mut file = fs::read(path).expect("a clip");
    let entry = file
        .windows(4)
        .position(|word| word == b"mp4a")
        .expect("a sample entry");
    file[entry..entry + 4].copy_from_slice(b"zzzz");
    // A number also names the codec (ISO/IEC 14496-1 7.2.6.6): 0x40 is AAC.
    let named = file[entry..]
        .windows(2)
        .position(|bytes| bytes == b"\x40\x15")
        .expect("a descriptor");
    file[entry + named] = 0xfe;
    fs::write(path, file).expect("a file");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_frames_and_sound_of_a_clip_gets_into_a_video() {
    let mut fixture = Fixture::new();
    chapters(&fixture.clip("chapters", "chapters.mp4"));
    let timecode = format!("{CODED} -metadata timecode=01:00:00:00");
    make(&fixture.clip("timecode", "timecode.mkv"), &[], &timecode);
    let broadcast = "-c:v mpeg2video -q:v 2 -timecode 01:00:00:00";
    make(&fixture.clip("broadcast", "broadcast.mxf"), &[], broadcast);
    // The second video track is larger, marked as default, and has two frames.
    let few = "color=red:s=640x360:r=30:d=0.06";
    make(
        &fixture.clip("few", "few.mp4"),
        &[few],
        &format!("-map 1 -map 0 {CODED}"),
    );
    let field = "sine=frequency=880:duration=1,volume=4,pan=4c|c0=c0|c1=0*c0|c2=c0|c3=0*c0";
    let ambisonic = format!("-map 0 -map 1 {CODED} -ac 4 -c:a libopus -mapping_family 2");
    make(&fixture.clip("ambisonic", "ambisonic.mkv"), &[field], &ambisonic);
    unknown_codec(&fixture.clip("unknown", "unknown.mp4"));
    let ids = ["chapters", "timecode", "broadcast", "few", "ambisonic", "unknown"];

    // Each clip passes the server's trial.
    let inspector = fixture
        .inspector()
        .with_trial_render(trial_render(fixture::settings()));
    for (file, heard) in [
        ("chapters.mp4", false),
        ("ambisonic.mkv", true),
        ("unknown.mp4", true),
    ] {
        let clip = inspector.inspect(file, None, Depth::First).await.expect(file);
        assert_eq!(clip.facts.sound.is_some(), heard, "{file}");
        assert_eq!(clip.facts.silent, None, "{file}");
    }
    let intervals: Vec<Interval> = ids
        .iter()
        .map(|id| interval(Work, id, SHOWN, (1, 1), None))
        .collect();
    for renderer in [RendererChoice::Graph, RendererChoice::Stitch] {
        let plan = Plan {
            clip_sound: true,
            ..with(renderer, bare_plan(intervals.clone()))
        };
        let video = fixture.render(plan, "result.mp4").await;
        let seen = numbers(&video, AREA);
        assert_eq!(seen.len() as u64, SHOWN * ids.len() as u64, "{renderer:?}");
        for (frame, seen) in (0..).zip(&seen) {
            let id = ids[(frame / SHOWN) as usize];
            let number = seen
                .unwrap_or_else(|| panic!("{renderer:?}: {id} shows no number"))
                .number;
            assert_eq!(
                number,
                frame % SHOWN % PASS,
                "{renderer:?}: {id}, picture {frame}"
            );
        }
        let heard = sound(&video);
        for (second, (id, samples)) in ids.iter().zip(heard.chunks(72_000)).enumerate() {
            let loud = samples.iter().any(|sample| sample.abs() > 0.1);
            let expected = ["ambisonic", "unknown"].contains(id);
            assert_eq!(
                loud, expected,
                "{renderer:?}: sound of {id}, at {second} times 1.5 s"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_that_is_not_held_in_memory_repeats_exactly_in_every_container() {
    let mut fixture = Fixture::new();
    // Each pass begins with a beep of 0.1 s.
    let beep = format!(
        "sine=frequency=880:duration=0.1,volume=4,apad=whole_dur={}",
        LONG as f64 / 30.0
    );
    let kinds = [
        ("ts", "long.ts", "-c:v libx264 -g 250 -c:a aac"),
        ("ps", "long.mpg", "-c:v mpeg2video -q:v 2 -g 90 -c:a mp2"),
        ("avi", "long.avi", "-c:v libx264 -bf 0 -c:a mp2"),
        ("mkv", "long.mkv", "-c:v libx264 -c:a flac"),
    ];
    let numbers_of = numbered(LONG);
    for (id, file, line) in kinds {
        let path = fixture.clip(id, file);
        let mut arguments = vec!["-f", "lavfi", "-i", &numbers_of, "-f", "lavfi", "-i", &beep];
        arguments.extend(line.split_whitespace());
        arguments.push(text(&path));
        ffmpeg(&arguments);
    }
    let shown = 2 * LONG + 50;
    let intervals = kinds
        .iter()
        .map(|(id, ..)| interval(Work, id, shown, (1, 1), None));
    let faster = interval(Work, "ts", shown, (6, 5), None);
    let intervals: Vec<Interval> = intervals.chain([faster]).collect();
    let plan = Plan {
        clip_sound: true,
        ..bare_plan(intervals)
    };
    let video = fixture.render(plan, "graph.mp4").await;
    let seen = numbers(&video, AREA);
    assert_eq!(seen.len() as u64, 5 * shown);
    for (frame, seen) in (0..).zip(&seen) {
        let (kind, within) = ((frame / shown) as usize, frame % shown);
        let file = kinds.get(kind).map_or("faster", |kind| kind.1);
        let number = seen
            .unwrap_or_else(|| panic!("{file}: picture {within} shows no number"))
            .number;
        let (expected, off_by) = if kind < kinds.len() {
            (within % LONG, 0)
        } else {
            (within * 6 / 5 % LONG, 1)
        };
        let off = number.abs_diff(expected);
        assert!(
            off.min(LONG - off) <= off_by,
            "{file}: picture {within} shows {number}, not {expected}"
        );
    }
    // Each pass begins with a beep, in sync with the frames.
    for (kind, samples) in kinds.iter().zip(sound(&video).chunks((shown * 1600) as usize)) {
        let beeps = onsets(samples, 0.1, 1.0);
        let expected: Vec<f64> = (0..3).map(|pass| (pass * LONG) as f64 / 30.0).collect();
        assert_eq!(beeps.len(), expected.len(), "{}: {beeps:?}", kind.1);
        for (beep, expected) in beeps.iter().zip(&expected) {
            assert!((beep - expected).abs() < 0.06, "{}: beeps at {beeps:?}", kind.1);
        }
    }

    let stitched = kinds
        .map(|(id, ..)| interval(Work, id, 250, (1, 1), None))
        .to_vec();
    let video = fixture
        .render(with(RendererChoice::Stitch, bare_plan(stitched)), "stitched.mp4")
        .await;
    let seen: Vec<_> = numbers_on_grid(&video, AREA)
        .iter()
        .map(|seen| seen.map(|seen| seen.number))
        .collect();
    let expected: Vec<_> = (0..1000).map(|frame| Some(frame % 250 % LONG)).collect();
    assert_eq!(seen, expected);
}
