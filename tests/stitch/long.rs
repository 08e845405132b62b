//! A long workout: the strictest decoder accepts it, and its HUD has a bounded size.

use std::time::Instant;

use virtual_coach::workout::IntervalKind::{Finish, GetReady, Rest, RoundRest, Work};
use virtual_coach::workout::{Interval, Orientation, Resolution, RoundPosition};

use crate::eyes::{real_clip, slices, stitched, with_hud};
use crate::fixture::{Fixture, decode_strictly, ffprobe, interval, times};

const EXERCISES: [&str; 4] = ["air-squat", "push-ups", "skater", "plank"];

/// This many rounds of eight exercises, 30 s of work and 10 s of rest.
fn workout(rounds: u32) -> Vec<Interval> {
    let mut all = vec![interval(GetReady, EXERCISES[0], 150, (1, 2), None)];
    for round in 0..rounds {
        for position in 0..8_u32 {
            let place = Some(RoundPosition {
                round: round + 1,
                rounds,
                position: position + 1,
                positions: 8,
            });
            let [this, next] = [0, 1].map(|n| EXERCISES[(position as usize + n) % 4]);
            let speed = [(1, 1), (14, 15), (6, 5), (41, 40)][position as usize % 4];
            let mut work = interval(Work, this, 900, speed, None);
            work.round_position = place;
            all.push(work);
            let kind = if position == 7 { RoundRest } else { Rest };
            let mut rest = interval(kind, next, 300, (1, 2), None);
            rest.round_position = place;
            all.push(rest);
        }
    }
    all.push(interval(Finish, EXERCISES[3], 90, (1, 2), None));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strict_decoder_finds_nothing_in_a_long_workout() {
    let mut fixture = Fixture::new();
    for id in EXERCISES {
        real_clip(&mut fixture, id);
    }
    let mut plan = with_hud(stitched(workout(3)), Resolution::P480, Orientation::Landscape);
    plan.cues = true;
    let length = plan.length();
    let made = Instant::now();
    let video = fixture.render(plan, "result.mp4").await;
    let made = made.elapsed();
    let file = video.to_str().unwrap();
    let checked = Instant::now();
    decode_strictly(&video);
    println!(
        "{} of 480p made in {made:?}, decoded in {:?}, {} bytes",
        length.seconds(),
        checked.elapsed(),
        video.metadata().unwrap().len()
    );
    let probe = ffprobe(&["-show_streams", file]);
    let ticks = |track: usize| probe["streams"][track]["duration_ts"].as_u64();
    assert_eq!(
        (ticks(0), ticks(1)),
        (Some(length.0 * 3000), Some(length.samples().0))
    );
    assert_eq!(times(&video).last(), Some(&(length.0 * 3000)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hud_of_a_workout_at_720p_takes_at_most_200_kbit_a_second() {
    let mut fixture = Fixture::new();
    for id in EXERCISES {
        real_clip(&mut fixture, id);
    }
    let plan = with_hud(stitched(workout(3)), Resolution::P720, Orientation::Landscape);
    let seconds = plan.length().seconds().0;
    let video = fixture.render(plan, "result.mp4").await;
    let frames = slices(&video);
    // The last NAL unit of each frame is the HUD slice.
    let bars: usize = frames.iter().filter_map(|units| units.last()).sum();
    let exercise: usize = frames.iter().flatten().sum::<usize>() - bars;
    let rate = |bytes: usize| bytes as f64 * 8.0 / 1000.0 / seconds;
    let largest = frames.iter().filter_map(|units| units.last()).max();
    println!(
        "{seconds} s at 720p: the HUD {:.0} kbit/s (its largest slice {largest:?} bytes), the exercise {:.0} kbit/s",
        rate(bars),
        rate(exercise)
    );
    assert!(rate(bars) <= 200.0, "{:.0} kbit/s", rate(bars));
}
