//! Tests that the texts of the HUD have room, in every language and size.

use std::sync::Arc;

use super::tests::{ALL, gallery, hud_in, placed, profiles, timeline};
use super::*;
use crate::catalogue::{Catalogue, Sides};
use crate::workout::Side;

#[test]
fn the_font_has_every_character_of_every_language() {
    for language in Language::ALL {
        let words = Words::of(language);
        let kinds = gallery().intervals().to_vec();
        let headings = kinds.iter().map(|interval| words.headings.of(interval.kind));
        let labels = headings.chain([words.round, words.exercise]);
        let names = [
            words.next,
            words.left,
            words.right,
            words.breathe,
            words.labels.finish,
            "–",
        ];
        for (face, texts) in [
            (&FACES.label, labels.collect::<Vec<_>>()),
            (&FACES.name, names.to_vec()),
        ] {
            for text in texts {
                let missing = text.chars().find(|c| !face.has(*c));
                assert_eq!(missing, None, "{language:?}: {text}");
            }
        }
    }
}

/// Measures the room beside the widest round positions and countdowns of the gallery.
#[test]
fn the_words_of_every_language_have_room() {
    let timeline = Arc::new(gallery());
    for (language, profile) in Language::ALL
        .into_iter()
        .flat_map(|l| profiles().map(move |p| (l, p)))
    {
        let words = Words::of(language);
        let hud = hud_in(language, &timeline, profile, ALL);
        for interval in timeline.intervals() {
            let room = hud.room(interval);
            let heading = words.headings.of(interval.kind);
            let label = FACES.label.shape(heading, LABEL_TRACKING).width * hud.layout.label_size;
            assert!(label <= room, "{profile:?}: {heading}");
            for text in [words.breathe, words.labels.finish] {
                let name = FACES.name.shape(text, 0.0).width * hud.layout.name_least;
                assert!(name <= room, "{profile:?}: {text}");
            }
        }
    }
}

#[test]
fn no_name_of_the_shipped_exercises_is_cut() {
    let catalogue = Catalogue::parse(include_str!("../../exercises.json")).expect("a catalogue");
    let mut cut = Vec::new();
    for language in Language::ALL {
        for exercise in catalogue.exercises() {
            let mut work = placed(IntervalKind::Work, 45, language.name_of(exercise), 1, 10);
            work.movement.side = (exercise.sides == Sides::PerSide).then_some(Side::Left);
            let rest = Interval {
                kind: IntervalKind::Rest,
                ..work.clone()
            };
            let timeline = Arc::new(timeline(vec![rest, work]));
            for profile in profiles() {
                let hud = hud_in(language, &timeline, profile, ALL);
                for interval in timeline.intervals() {
                    let said = NameLine::of(&timeline, interval, hud.words, |c| FACES.name.has(c));
                    let line = format!("{}{}{}", said.lead, said.name, said.tail);
                    if FACES.name.shape(&line, 0.0).width * hud.layout.name_least > hud.room(interval) {
                        cut.push(format!("{}x{}: {line}", profile.width, profile.height));
                    }
                }
            }
        }
    }
    assert!(cut.is_empty(), "{cut:#?}");
}
