//! Mixed sound: cues at their times, clips' sound in sync with their video frames, exact lengths.

use crate::fixture::{Fixture, H264, bare_plan, ffmpeg, ffprobe, interval, numbered, numbers, onsets, sound};
use virtual_coach::units::Frames;
use virtual_coach::workout::IntervalKind::{Finish, GetReady, Rest, Work};

/// Makes a numbered clip with 50 ms of tone at the start of every pass; `offset` delays its sound
/// by that many seconds.
fn clip_with_tone(path: &std::path::Path, frames: u64, offset: &str) {
    let source = numbered(frames);
    let length = Frames(frames).seconds().0;
    let tone =
        format!("sine=frequency=1000:sample_rate=44100:duration=0.05,volume=6,apad=whole_dur={length}");
    let path = path.to_str().unwrap();
    let mut arguments = vec![
        "-f",
        "lavfi",
        "-i",
        &source,
        "-itsoffset",
        offset,
        "-f",
        "lavfi",
        "-i",
        &tone,
    ];
    arguments.extend(H264);
    arguments.extend(["-c:a", "pcm_s16le", path]);
    ffmpeg(&arguments);
}

/// Instants at which a video frame with the number 0 begins.
fn first_frames(video: &std::path::Path) -> Vec<f64> {
    let seen = numbers(video, "854:480:0:0");
    let number = |at: usize| seen[at].map(|s| s.number);
    (0..seen.len())
        .filter(|at| number(*at) == Some(0) && (*at == 0 || number(at - 1) != Some(0)))
        .map(|at| Frames(at as u64).seconds().0)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clips_sound_is_in_step_at_the_end_of_a_long_workout() {
    let mut fixture = Fixture::new();
    clip_with_tone(&fixture.clip("a", "a.mov"), 60, "0");
    clip_with_tone(&fixture.clip("b", "b.mov"), 60, "0");
    // Too long to be held in memory, so the clip is read again in every pass.
    clip_with_tone(&fixture.clip("long", "long.mov"), 200, "0");
    let mut intervals = Vec::new();
    // More than ten minutes in 93 intervals of odd lengths, so that joints are on no common grid.
    for number in 0..30 {
        intervals.push(interval(Work, "a", 421 + number, (1, 1), None));
        intervals.push(interval(Rest, "b", 61, (1, 2), None));
        intervals.push(interval(Work, "b", 97 + number, (6, 5), None));
        if number % 10 == 9 {
            intervals.push(interval(Work, "long", 1501, (1, 1), None));
        }
    }
    let mut plan = bare_plan(intervals);
    plan.clip_sound = true;
    let length = plan.length();
    let rests: Vec<(f64, f64)> = plan
        .timeline
        .intervals()
        .iter()
        .filter(|i| i.kind == Rest)
        .map(|i| (i.start.seconds().0, i.end().seconds().0))
        .collect();
    let video = fixture.render(plan, "result.mp4").await;
    let samples = sound(&video);
    let tones = onsets(&samples, 0.1, 0.015);
    let resting = |at: f64| rests.iter().any(|(start, end)| (*start..*end).contains(&at));
    let frames: Vec<f64> = first_frames(&video)
        .into_iter()
        .filter(|at| !resting(*at))
        .collect();
    assert_eq!(
        tones.len(),
        frames.len(),
        "tones at {tones:?}, first pictures at {frames:?}"
    );
    let mut worst: f64 = 0.0;
    for (tone, frame) in tones.iter().zip(&frames) {
        worst = worst.max((tone - frame).abs());
        // Video frames begin only at thirtieths of a second, so at 6/5 a pass starts up to half a
        // video frame beside its sound.
        assert!(
            (tone - frame).abs() < 0.025,
            "a tone at {tone} s belongs to the picture at {frame} s"
        );
    }
    println!(
        "{} tones in {} pictures, at most {:.1} ms off",
        tones.len(),
        length,
        worst * 1000.0
    );
    // The track is as long as the video frames, to the sample.
    let streams = ffprobe(&[
        "-show_entries",
        "stream=codec_type,duration_ts,time_base",
        video.to_str().unwrap(),
    ]);
    assert_eq!(streams["streams"][0]["duration_ts"], length.0 * 3000);
    assert_eq!(streams["streams"][1]["duration_ts"], length.samples().0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_is_heard_at_the_slowest_speed_that_whole_repetitions_allow() {
    let mut fixture = Fixture::new();
    clip_with_tone(&fixture.clip("a", "a.mov"), 57, "0");
    // Half the speed less 5 %: 600 video frames show five passes of 57. The interval ends a little
    // earlier, so that the sixth tone is not heard.
    let mut plan = bare_plan(vec![interval(Work, "a", 590, (19, 40), None)]);
    plan.clip_sound = true;
    let video = fixture.render(plan, "result.mp4").await;
    let tones = onsets(&sound(&video), 0.1, 0.3);
    assert_eq!(tones.len(), 5, "{tones:?}");
    for (pass, tone) in tones.iter().enumerate() {
        let wanted = pass as f64 * 4.0;
        // `atempo` moves a single short sound: measured, up to 53 ms at half speed and 79 ms here,
        // in no pass more than in the one before.
        assert!(
            (tone - wanted).abs() < 0.1,
            "pass {pass} is heard at {tone} s, not {wanted} s"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_track_that_starts_late_is_laid_late() {
    let mut fixture = Fixture::new();
    clip_with_tone(&fixture.clip("late", "late.mov"), 60, "0.4");
    let mut plan = bare_plan(vec![interval(Work, "late", 60, (1, 1), None)]);
    plan.clip_sound = true;
    let tones = onsets(&sound(&fixture.render(plan, "result.mp4").await), 0.1, 0.5);
    assert_eq!(tones.len(), 1, "{tones:?}");
    assert!((tones[0] - 0.4).abs() < 0.025, "the tone is at {} s", tones[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn cues_lie_where_the_timeline_says_and_silence_elsewhere() {
    let mut fixture = Fixture::new();
    crate::fixture::numbered_clip(&fixture.clip("a", "a.mp4"), 30, &H264);
    let mut plan = bare_plan(vec![
        interval(GetReady, "a", 150, (1, 2), None),
        interval(Work, "a", 900, (1, 1), None),
        interval(Rest, "a", 301, (1, 2), None),
        interval(Work, "a", 300, (1, 1), None),
        interval(Finish, "a", 90, (1, 2), None),
    ]);
    plan.cues = true;
    let samples = sound(&fixture.render(plan, "result.mp4").await);
    let heard = onsets(&samples, 0.03, 0.02);
    let rest_end = (150.0 + 900.0 + 301.0) / 30.0;
    // Beeps at three, two and one seconds, a long beep into work, a tick at half time, a beep at
    // the end.
    let mut expected = vec![2.0, 3.0, 4.0, 5.0, 20.0, 35.0];
    expected.extend([
        rest_end - 3.0,
        rest_end - 2.0,
        rest_end - 1.0,
        rest_end,
        rest_end + 10.0,
    ]);
    for at in &expected {
        let nearest = heard.iter().map(|h| (h - at).abs()).fold(f64::INFINITY, f64::min);
        assert!(nearest < 0.011, "no cue at {at} s: {heard:?}");
    }
    // Between cues there is digital silence, not even noise.
    for quiet in [0.1..1.9, 6.0..19.9, 21.0..34.9] {
        let (from, to) = ((quiet.start * 48_000.0) as usize, (quiet.end * 48_000.0) as usize);
        let loudest = samples[from..to].iter().fold(0.0_f32, |l, s| l.max(s.abs()));
        assert!(
            loudest < 0.001,
            "{loudest} is heard between {} and {} s",
            quiet.start,
            quiet.end
        );
    }
    // No clicks: no step between successive samples is larger than the steps of the tones.
    let step = samples
        .windows(2)
        .map(|w| (w[1] - w[0]).abs())
        .fold(0.0_f32, f32::max);
    assert!(step < 0.12, "a step of {step}");
}
