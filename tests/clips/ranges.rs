//! Loop ranges are exact in every container.

use std::fs;
use std::path::Path;

use virtual_coach::catalogue::LoopRange;
use virtual_coach::clip::{Clip, ClipError, Depth};
use virtual_coach::units::Seconds;

use crate::fixture::{Fixture, ffmpeg, numbered, numbers, onsets, sound};

fn range(start: f64, end: f64) -> LoopRange {
    LoopRange {
        start: Seconds(start),
        end: Seconds(end),
    }
}

/// The numbers that a cut shows.
fn shown(clip: &Clip) -> Vec<u64> {
    let seen = numbers(&clip.path, "320:180:0:0");
    seen.iter().map(|seen| seen.expect("a number").number).collect()
}

fn make(path: &Path, frames: u64, sound: &str, line: &str) {
    let source = numbered(frames);
    let mut arguments = vec!["-f", "lavfi", "-i", &source];
    if !sound.is_empty() {
        arguments.extend(["-f", "lavfi", "-i", sound]);
    }
    arguments.extend(line.split_whitespace());
    arguments.push(path.to_str().expect("test paths are UTF-8"));
    ffmpeg(&arguments);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_is_cut_to_the_frame_in_every_container() {
    let mut fixture = Fixture::new();
    // A beep of a tenth of a second at 1.5 s.
    let beep = "sine=frequency=880:duration=0.1,volume=4,adelay=1500,apad=whole_dur=6";
    for (file, line) in [
        ("g60.ts", "-c:v libx264 -g 60 -c:a aac"),
        ("default.m2ts", "-c:v libx264 -c:a ac3"),
        ("g90.mpg", "-c:v mpeg2video -q:v 2 -g 90 -c:a mp2"),
        ("b.avi", "-c:v mpeg4 -q:v 2 -bf 2 -c:a mp2"),
        ("b.mp4", "-c:v libx264 -bf 3 -c:a aac"),
        ("late.mkv", "-c:v libx264 -c:a flac -output_ts_offset 7.5"),
        ("flash.flv", "-c:v flv1 -q:v 2 -c:a mp3"),
    ] {
        make(&fixture.clip("clip", file), 180, beep, line);
        for (start, end) in [(1.0, 2.5), (4.0, 6.0)] {
            let cut = fixture
                .inspector()
                .inspect(file, Some(range(start, end)), Depth::First)
                .await
                .expect(file);
            let expected: Vec<u64> = ((start * 30.0) as u64..(end * 30.0) as u64).collect();
            assert_eq!(shown(&cut), expected, "{file} from {start} to {end}");
            assert_eq!(cut.frames().0, expected.len() as u64, "{file}");
            let heard = sound(&cut.path);
            assert_eq!(heard.len(), expected.len() * 1600, "{file}: samples");
            let beeps = onsets(&heard, 0.1, 1.0);
            match beeps[..] {
                [at] if start < 2.0 => assert!((at - 0.5).abs() < 0.06, "{file}: a beep at {at}"),
                [] if start > 2.0 => {}
                _ => panic!("{file} from {start}: beeps at {beeps:?}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_far_into_a_long_take_is_as_exact_and_one_without_frames_is_refused() {
    let mut fixture = Fixture::new();
    let path = fixture.clip("take", "take.mp4");
    let line = "-c:v libx264 -preset ultrafast -g 250 -bf 2 -output_ts_offset 3 -movflags +faststart";
    make(&path, 75 * 30, "", line);
    let inspector = fixture.inspector();
    let cut = inspector
        .inspect("take.mp4", Some(range(72.5, 73.5)), Depth::First)
        .await
        .expect("a cut");
    let expected: Vec<u64> = (2175..2205).map(|frame| frame % 256).collect();
    assert_eq!(shown(&cut), expected);

    // The header claims 75 s, but the content ends long before; only the cut notices.
    let whole = fs::read(&path).expect("the take");
    fs::write(&path, &whole[..whole.len() / 2]).expect("half of it");
    for range in [range(70.0, 71.0), range(30.0, 59.0)] {
        let refused = inspector.inspect("take.mp4", Some(range), Depth::First).await;
        assert!(
            matches!(
                refused,
                Err(ClipError::RangeFrameCount { .. } | ClipError::Cut(..))
            ),
            "{refused:?}"
        );
    }
}
