//! Tests of every bar from outside: they compare bytes only.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::catalogue::ExerciseId;
use crate::units::{FPS, Speed};
use crate::workout::{Movement, Orientation, Resolution, RoundPosition, Side};

pub(super) const ALL: HudParts = HudParts {
    timer: true,
    progress_bar: true,
    exercise_name: true,
    round: true,
};

pub(super) fn interval(kind: IntervalKind, seconds: u64, name: &str) -> Interval {
    Interval {
        index: 0,
        kind,
        start: Frames::ZERO,
        length: Frames(seconds * u64::from(FPS)),
        movement: Movement {
            exercise: ExerciseId::new("an-exercise").expect("a slug"),
            name: name.to_owned(),
            side: None,
            speed: Speed::NORMAL,
        },
        round_position: None,
    }
}

pub(super) fn timeline(intervals: Vec<Interval>) -> Timeline {
    Timeline::new(intervals).expect("an interval that is not empty")
}

pub(super) fn placed(kind: IntervalKind, seconds: u64, name: &str, round: u32, position: u32) -> Interval {
    Interval {
        round_position: Some(RoundPosition {
            round,
            rounds: 3,
            position,
            positions: 12,
        }),
        ..interval(kind, seconds, name)
    }
}

/// A workout with every kind of interval, and with names that are hard to show.
pub(super) fn gallery() -> Timeline {
    use IntervalKind::{CoolDown, Finish, GetReady, Rest, RoundRest, WarmUp, Work};
    let sided = |side, interval: Interval| Interval {
        movement: Movement {
            side: Some(side),
            ..interval.movement
        },
        ..interval
    };
    timeline(vec![
        interval(GetReady, 10, "Arm Circles"),
        interval(WarmUp, 30, "Arm Circles"),
        placed(Work, 40, "Push-ups", 1, 1),
        placed(Rest, 20, "Air Squat", 1, 2),
        placed(Work, 40, "Air Squat", 1, 2),
        placed(Rest, 15, "Side Lunge", 1, 3),
        sided(Side::Left, placed(Work, 20, "Side Lunge", 1, 3)),
        sided(Side::Right, placed(Work, 20, "Side Lunge", 1, 3)),
        placed(
            RoundRest,
            100,
            "Bulgarian Split Squat with Dumbbells and a Very Long Name Indeed",
            2,
            10,
        ),
        sided(
            Side::Left,
            placed(
                Work,
                45,
                "Bulgarian Split Squat with Dumbbells and a Very Long Name Indeed",
                2,
                10,
            ),
        ),
        placed(Work, 75, "Élévation latérale à genoux, Übung für Größe", 3, 12),
        placed(Work, 5, "腕立て伏せ 🔥", 3, 12),
        interval(CoolDown, 30, "Child's Pose"),
        interval(Finish, 5, "Child's Pose"),
    ])
}

/// The gallery with French names from the catalogue, among them the longest ones.
pub(super) fn french_gallery() -> Timeline {
    let names = [
        "Étirement des fléchisseurs de hanche",
        "Étirement des quadriceps debout",
        "Pont fessier sur une jambe",
        "Posture de l’enfant",
        "Pompes",
    ];
    let renamed = |(index, interval): (usize, &Interval)| Interval {
        movement: Movement {
            name: names[index / 2 % names.len()].to_owned(),
            ..interval.movement.clone()
        },
        ..interval.clone()
    };
    timeline(gallery().intervals().iter().enumerate().map(renamed).collect())
}

/// Both languages, each with its own gallery.
fn galleries() -> [(Language, Arc<Timeline>); 2] {
    [
        (Language::English, Arc::new(gallery())),
        (Language::French, Arc::new(french_gallery())),
    ]
}

const NONE: HudParts = HudParts {
    timer: false,
    progress_bar: false,
    exercise_name: false,
    round: false,
};
/// Each part alone.
const PARTS: [HudParts; 4] = [
    HudParts { timer: true, ..NONE },
    HudParts {
        progress_bar: true,
        ..NONE
    },
    HudParts {
        exercise_name: true,
        ..NONE
    },
    HudParts { round: true, ..NONE },
];

pub(super) fn profiles() -> impl Iterator<Item = Profile> {
    let resolutions = [Resolution::P480, Resolution::P720, Resolution::P1080];
    [Orientation::Landscape, Orientation::Portrait]
        .into_iter()
        .flat_map(move |o| resolutions.map(|r| Profile::new(r, o, true)))
}

fn hd() -> Profile {
    Profile::new(Resolution::P720, Orientation::Landscape, true)
}

fn hud(timeline: &Arc<Timeline>, profile: Profile, hud_parts: HudParts) -> Hud {
    hud_in(Language::English, timeline, profile, hud_parts)
}

pub(super) fn hud_in(
    language: Language,
    timeline: &Arc<Timeline>,
    profile: Profile,
    hud_parts: HudParts,
) -> Hud {
    Hud::new(Arc::clone(timeline), profile, hud_parts, language).expect("something is shown")
}

/// The macroblocks (column, row) that differ between two bars, in luma or in chroma.
fn changed_macroblocks(
    a: &[u8],
    b: &[u8],
    width: usize,
    height: usize,
) -> std::collections::BTreeSet<(usize, usize)> {
    let (luma, chroma) = (width * height, width * height / 4);
    let place = |at: usize| {
        if at < luma {
            (at % width / 16, at / width / 16)
        } else {
            let at = (at - luma) % chroma;
            (at % (width / 2) / 8, at / (width / 2) / 8)
        }
    };
    (0..a.len()).filter(|&at| a[at] != b[at]).map(place).collect()
}

/// The luma and chroma of the first `rows` rows: for example the rows above the progress bar.
fn above(bar: &[u8], width: usize, height: usize, rows: usize) -> Vec<u8> {
    let (luma, chroma) = (width * height, width * height / 4);
    let u = luma..luma + rows / 2 * (width / 2);
    let v = u.start + chroma..u.end + chroma;
    [&bar[..width * rows], &bar[u], &bar[v]].concat()
}

#[test]
fn bars_look_as_they_did_when_they_were_accepted() {
    insta::assert_snapshot!(digests_of_bars(Language::English, &gallery().into()));
}

#[test]
fn french_bars_look_as_they_did_when_they_were_accepted() {
    insta::assert_snapshot!(digests_of_bars(Language::French, &french_gallery().into()));
}

fn digests_of_bars(language: Language, timeline: &Arc<Timeline>) -> String {
    let mut lines = Vec::new();
    for profile in profiles() {
        let mut hud = hud_in(language, timeline, profile, ALL);
        for at in [0, 29, 30, 1200, 2405, 3300, 6000, 8000, 9500, 13_649] {
            let digest = blake3::hash(hud.draw(Frames(at))).to_hex();
            let (width, height) = (profile.width, profile.bar_height());
            lines.push(format!("{width}x{height} picture {at:>5}: {}", &digest[..16]));
        }
    }
    lines.join("\n")
}

#[test]
fn a_hud_can_go_to_another_thread() {
    let timeline = Arc::new(gallery());
    let mut moved = hud(&timeline, hd(), ALL);
    let there = std::thread::spawn(move || moved.draw(Frames(7)).to_vec()).join();
    let here = hud(&timeline, hd(), ALL).draw(Frames(7)).to_vec();
    assert!(there.expect("no panic") == here);
}

#[test]
fn nothing_to_show_or_no_room_is_no_hud() {
    let timeline = Arc::new(gallery());
    let without = Profile::new(Resolution::P720, Orientation::Landscape, false);
    assert!(Hud::new(Arc::clone(&timeline), hd(), NONE, Language::English).is_none());
    assert!(Hud::new(Arc::clone(&timeline), without, ALL, Language::English).is_none());
    for hud_parts in PARTS {
        assert_eq!(
            hud(&timeline, hd(), hud_parts).bytes_per_frame(),
            1280 * 80 * 3 / 2
        );
    }
}

/// The whole bar is the sum of its parts: no part moves or changes another part.
#[test]
fn each_switch_shows_its_part_and_nothing_else() {
    for ((language, timeline), profile) in galleries().iter().flat_map(|g| profiles().map(move |p| (g, p))) {
        let ground = Canvas::new(profile.width as usize, profile.bar_height() as usize);
        let mut all = hud_in(*language, timeline, profile, ALL);
        let mut parts = PARTS.map(|hud_parts| hud_in(*language, timeline, profile, hud_parts));
        for interval in timeline.intervals() {
            let frame = interval.start + Frames(interval.length.0 / 2);
            let whole = all.draw(frame).to_vec();
            let alone: Vec<&[u8]> = parts.iter_mut().map(|hud| hud.draw(frame)).collect();
            for (at, &ground) in ground.bytes().iter().enumerate() {
                let mut inked = alone.iter().map(|bar| bar[at]).filter(|&byte| byte != ground);
                let expected = inked.next().unwrap_or(ground);
                assert_eq!(whole[at], expected, "{profile:?}, {frame}, byte {at}");
                assert_eq!(inked.next(), None, "two parts at {profile:?}, {frame}, byte {at}");
            }
            let seen = alone.iter().map(|bar| *bar != ground.bytes()).collect::<Vec<_>>();
            let timer = interval.kind != IntervalKind::Finish;
            assert_eq!(
                seen,
                [timer, true, true, interval.round_position.is_some()],
                "{:?}",
                interval.kind
            );
        }
    }
}

#[test]
fn every_second_has_digits_of_its_own_and_within_it_only_progress_moves() {
    let timeline = Arc::new(gallery());
    for profile in profiles() {
        let (width, height) = (profile.width as usize, profile.bar_height() as usize);
        let rows = HudLayout::new(profile).expect("a bar").progress_top;
        let mut hud = hud(&timeline, profile, ALL);
        let mut before = Vec::new();
        for interval in timeline.intervals() {
            for second in 0..interval.length.0.div_ceil(30) {
                let first = interval.start + Frames(second * 30);
                let still = above(hud.draw(first), width, height, rows);
                if interval.kind != IntervalKind::Finish {
                    assert_ne!(still, before, "{profile:?}, {first}");
                }
                for within in [1, 17, 29] {
                    let later = above(hud.draw(first + Frames(within)), width, height, rows);
                    assert!(still == later, "{profile:?}, {first} and {within} later");
                }
                before = still;
            }
        }
    }
}

#[test]
fn nothing_stands_in_the_guard() {
    for ((language, timeline), profile) in galleries().iter().flat_map(|g| profiles().map(move |p| (g, p))) {
        let (width, height) = (profile.width as usize, profile.bar_height() as usize);
        let mut hud = hud_in(*language, timeline, profile, ALL);
        let ground = Canvas::new(width, height);
        let guard = |bar: &[u8]| above(bar, width, height, profile.guard() as usize);
        for interval in timeline.intervals() {
            let bar = hud.draw(interval.start).to_vec();
            assert!(guard(&bar) == guard(ground.bytes()), "{profile:?}, {interval:?}");
        }
    }
}

#[test]
fn few_macroblocks_change() {
    let timeline = Arc::new(timeline(vec![interval(IntervalKind::Work, 59, "Plank")]));
    let mut hud = hud(&timeline, hd(), ALL);
    let mut before = hud.draw(Frames(0)).to_vec();
    for frame in 1..timeline.length().0 {
        let now = hud.draw(Frames(frame)).to_vec();
        let changed = changed_macroblocks(&before, &now, 1280, 80);
        let digits = changed.iter().filter(|(_, row)| *row < 4).count();
        // A progress bar of 1280 columns in 1770 frames moves by at most one column. Two digits of 40x44
        // pixels touch three rows of macroblocks.
        assert!(changed.len() - digits <= 1, "picture {frame}: {changed:?}");
        assert!(
            digits <= if frame % 30 == 0 { 18 } else { 0 },
            "picture {frame}: {changed:?}"
        );
        before = now;
    }
}

#[test]
fn outside_of_what_was_painted_nothing_changes() {
    let timeline = Arc::new(gallery());
    let mut hud = hud(&timeline, hd(), ALL);
    let mut before = hud.draw(Frames(0)).to_vec();
    for frame in 1..timeline.length().0 {
        let now = hud.draw(Frames(frame)).to_vec();
        for (column, row) in changed_macroblocks(&before, &now, 1280, 80) {
            let inside = hud.painted().iter().any(|area| {
                area.columns.start < column * 16 + 16
                    && area.columns.end > column * 16
                    && area.rows.start < row * 16 + 16
                    && area.rows.end > row * 16
            });
            assert!(inside, "picture {frame}, macroblock ({column}, {row})");
        }
        before = now;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_order_of_frames_does_not_matter(frames in prop::collection::vec(0u64..14_000, 1..12), portrait: bool) {
        let timeline = Arc::new(gallery());
        let orientation = if portrait { Orientation::Portrait } else { Orientation::Landscape };
        let profile = Profile::new(Resolution::P480, orientation, true);
        let mut reused = hud(&timeline, profile, ALL);
        for frame in frames {
            let fresh = hud(&timeline, profile, ALL).draw(Frames(frame)).to_vec();
            prop_assert!(reused.draw(Frames(frame)) == fresh, "picture {}", frame);
        }
    }

    #[test]
    fn a_column_is_lit_when_the_countdown_says_so(frame in 0u64..13_650) {
        let timeline = Arc::new(gallery());
        let bar = hud(&timeline, hd(), ALL).draw(Frames(frame)).to_vec();
        let lit = progress_columns(Frames(frame), timeline.length(), 1280) as usize;
        for row in 74..80 {
            for column in 0..1280 {
                // The luma of both lit colours is above 85. Both other colours and the ground are darker.
                prop_assert_eq!(bar[row * 1280 + column] > 85, column < lit, "row {}, column {}", row, column);
            }
        }
    }

    #[test]
    fn any_name_can_be_drawn(name in any::<String>(), long in "\\PC{150,300}", kind in 0usize..3) {
        let kind = [IntervalKind::Work, IntervalKind::GetReady, IntervalKind::CoolDown][kind];
        for name in [name, long] {
            let intervals = vec![placed(kind, 5, &name, 1, 1), placed(IntervalKind::Work, 5, &name, 3, 12)];
            let timeline = Arc::new(timeline(intervals));
            let named = PARTS[2];
            for profile in profiles() {
                let bar = hud(&timeline, profile, named).draw(Frames(0)).to_vec();
                prop_assert!(bar != Canvas::new(profile.width as usize, profile.bar_height() as usize).bytes());
                // The name stays clear of the countdown, however long the name is.
                let HudLayout { width, right, height, .. } = HudLayout::new(profile).expect("a bar");
                let beside = (0..height).flat_map(|row| &bar[row * width + right as usize - 40..][..40]);
                prop_assert!(beside.into_iter().all(|&luma| luma == colour::GROUND.yuv().y));
            }
        }
    }

    #[test]
    fn any_size_and_any_numbers_can_be_drawn(
        width in 0u32..400, height in 0u32..300, area in 0u32..300, seconds in 1u64..1_000_000, of in any::<u32>(),
    ) {
        let mut only = placed(IntervalKind::Work, seconds, "Élévation latérale", of, of);
        only.movement.side = Some(Side::Right);
        let timeline = Arc::new(timeline(vec![only]));
        let profile = Profile { width, height, area_height: area.min(height) };
        if let Some(mut hud) = Hud::new(timeline, profile, ALL, Language::French) {
            let bytes = hud.bytes_per_frame();
            prop_assert_eq!(bytes as u32, width * profile.bar_height() * 3 / 2);
            for frame in [0, seconds * 15, u64::MAX] {
                prop_assert_eq!(hud.draw(Frames(frame)).len(), bytes);
            }
        }
    }
}
