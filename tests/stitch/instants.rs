//! Every interval begins and ends at the plan's instant at any speed, and shows the frames of that
//! time.

use virtual_coach::units::Frames;
use virtual_coach::workout::IntervalKind::{Finish, GetReady, Work};
use virtual_coach::workout::{Fit, Orientation, Resolution, Side};

use crate::eyes::{stitched, with_hud};
use crate::fixture::{Fixture, H264, ffprobe, interval, numbered_clip, numbers, numbers_on_grid, times};

const PASS: u64 = 61;

#[tokio::test(flavor = "multi_thread")]
async fn intervals_keep_their_instants_at_any_speed() {
    let mut fixture = Fixture::new();
    numbered_clip(&fixture.clip("count", "count.mp4"), PASS, &H264);
    let sides = [None, Some(Side::Left), Some(Side::Right)];
    let speeds = [
        (1, 2),
        (4, 5),
        (1, 1),
        (6, 5),
        (2, 1),
        (40, 41),
        (19, 40),
        (21, 10),
        (23, 24),
        (49, 40),
    ];
    let mut intervals = vec![interval(GetReady, "count", 31, (1, 2), None)];
    for (n, speed) in speeds.into_iter().enumerate() {
        intervals.push(interval(Work, "count", 77 + 23 * n as u64, speed, sides[n % 3]));
    }
    intervals.push(interval(Work, "count", 2, (1, 2), None));
    intervals.push(interval(Work, "count", 1, (1, 1), None));
    intervals.push(interval(Finish, "count", 3, (1, 2), None));
    let mut plan = with_hud(stitched(intervals), Resolution::P480, Orientation::Landscape);
    // With this fit the numbers take the whole width.
    plan.fit = Fit::Cover;
    let timeline = plan.timeline.clone();
    let video = fixture.render(plan, "result.mp4").await;

    let times = times(&video);
    assert!(times.is_sorted_by(|a, b| a < b));
    assert_eq!(
        (times[0], times[times.len() - 1]),
        (0, timeline.length().0 * 3000)
    );
    let area = "854:400:0:8";
    let (coded, grid) = (numbers(&video, area), numbers_on_grid(&video, area));
    let index = |at: Frames| times.binary_search(&(at.0 * 3000));
    for interval in timeline.intervals() {
        let first = index(interval.start).unwrap_or_else(|_| panic!("no picture begins {interval:?}"));
        let end = index(interval.end()).unwrap_or_else(|_| panic!("no picture ends {interval:?}"));
        let speed = interval.movement.speed.as_f64();
        let asked = (interval.length.0 as f64 * speed).round().max(1.0) as usize;
        assert_eq!(end - first, asked, "coded pictures of {interval:?}");
        let mirrored = interval.movement.side == Some(Side::Right);
        for (n, seen) in coded[first..end].iter().enumerate() {
            let seen = seen.unwrap_or_else(|| panic!("picture {n} of {interval:?} shows no number"));
            assert_eq!(
                (seen.number, seen.mirrored),
                (n as u64 % PASS, mirrored),
                "coded picture {n} of {interval:?}"
            );
        }
        for within in 0..interval.length.0 {
            let seen = grid[(interval.start.0 + within) as usize].expect("a number");
            let plays = (within as f64 * speed) % PASS as f64;
            let off = (seen.number as f64 - plays).abs();
            // A frame may begin between two output frames. A playback also has a whole number of frames, so
            // by the interval's end it may be half a frame off the requested speed.
            assert!(
                off <= 1.5 || off >= PASS as f64 - 1.5,
                "at picture {within} of {interval:?} {} is seen instead of {plays}",
                seen.number
            );
        }
    }
    let probe = ffprobe(&["-show_streams", "-show_format", video.to_str().unwrap()]);
    let ticks = |track: usize| probe["streams"][track]["duration_ts"].as_u64();
    let length = timeline.length();
    assert_eq!(
        (ticks(0), ticks(1)),
        (Some(length.0 * 3000), Some(length.samples().0))
    );
}
