//! Every interval shows the right frames of the right clip, from its first planned frame to its
//! last.

mod fixture;

use fixture::{Fixture, H264, bare_plan, ffprobe, interval, numbered_clip, numbers};
use virtual_coach::workout::{IntervalKind::Work, Side};

#[tokio::test(flavor = "multi_thread")]
async fn speed_and_side_are_seen_in_every_frame() {
    let mut fixture = Fixture::new();
    numbered_clip(&fixture.clip("count", "count.mp4"), 60, &H264);
    let plan = bare_plan(vec![
        interval(Work, "count", 150, (1, 1), Some(Side::Left)),
        interval(Work, "count", 100, (6, 5), Some(Side::Right)),
        interval(Work, "count", 77, (1, 2), None),
    ]);
    let video = fixture.render(plan, "result.mp4").await;
    let seen = numbers(&video, "854:480:0:0");
    assert_eq!(seen.len(), 327);
    for (frame, seen) in seen.iter().enumerate() {
        let (within, above, below) = match frame {
            0..150 => (frame, 1, 1),
            150..250 => (frame - 150, 6, 5),
            _ => (frame - 250, 1, 2),
        };
        let seen = seen.unwrap_or_else(|| panic!("picture {frame} shows no number"));
        let expected = (within as f64 * f64::from(above) / f64::from(below)) % 60.0;
        let off = (seen.number as f64 - expected).abs();
        assert!(
            off <= 1.0 || off >= 59.0,
            "picture {frame} shows {} instead of {expected}",
            seen.number
        );
        assert_eq!(seen.mirrored, (150..250).contains(&frame), "picture {frame}");
    }
    let probe = ffprobe(&["-show_format", "-show_streams", video.to_str().unwrap()]);
    assert_eq!(probe["format"]["duration"], "10.900000");
}
