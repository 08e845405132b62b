//! Reads `exercises.json` and checks every exercise.
//!
//! For [`super::Catalogue`]. `docs/catalogue.md` describes the file for people, and
//! `docs/exercises.schema.json` describes it for editors. Tests check that the schema accepts exactly what
//! this module accepts, and that this module accepts the example in `docs/catalogue.md`.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::object_reader::{Mistakes, ObjectReader, escaped};
use super::vocabulary::{EQUIPMENT, MUSCLES, folded};
use super::{Attribution, Exercise, ExerciseId, LanguageTag, LoopRange, Muscles, Translation};
use crate::units::Seconds;

/// Largest catalogue file, in bytes. It has room for 5,000 exercises of 1,600 bytes, one and a half times the
/// size of an exercise with one translation.
pub const MAX_FILE_BYTES: u64 = 8 << 20;
/// Largest number of exercises: six times as many as the largest open catalogue has. A search over all of
/// them still takes only a few milliseconds.
pub const MAX_EXERCISES: usize = 5_000;
/// Largest number of translations of an exercise.
const MAX_TRANSLATIONS: usize = 50;
/// Longest name and longest description of an exercise, in characters, in any language.
const LONGEST_NAME: usize = 60;
const LONGEST_DESCRIPTION: usize = 600;
/// Latest time of a poster, in seconds from the start of the loop: no loop range is longer.
const LATEST_POSTER: f64 = 30.0;
/// Version of the file format that this program reads.
const VERSION: u64 = 1;

/// Names of the fields of an exercise.
const FIELDS: &[&str] = &[
    "id",
    "name",
    "description",
    "translations",
    "icon",
    "video",
    "category",
    "difficulty",
    "has_jump",
    "position",
    "sides",
    "muscles",
    "equipment",
    "met",
    "default_duration",
    "loop_range",
    "poster",
    "attribution",
];

/// Returns all exercises of a file, or all mistakes in the file.
pub(super) fn exercises(json: &str) -> Result<Vec<Exercise>, Vec<String>> {
    if json.len() as u64 > MAX_FILE_BYTES {
        return Err(vec![format!("the file is larger than {MAX_FILE_BYTES} bytes")]);
    }
    // Some editors write a byte order mark, which JSON does not allow.
    let json = json.strip_prefix('\u{feff}').unwrap_or(json);
    let root: Value = serde_json::from_str(json).map_err(|e| vec![format!("the file is not JSON: {e}")])?;
    let mistakes = Mistakes::default();
    let read = root_exercises(&root, &mistakes).unwrap_or_default();
    match mistakes.into_vec() {
        none if none.is_empty() => Ok(read),
        some => Err(some),
    }
}

fn root_exercises(root: &Value, mistakes: &Mistakes) -> Option<Vec<Exercise>> {
    let reader = ObjectReader::open(
        root,
        String::new(),
        &["$schema", "version", "exercises"],
        mistakes,
    )?;
    if reader
        .optional("$schema")
        .is_some_and(|schema| !schema.is_string())
    {
        reader.wrong::<()>("$schema", "must be a text");
    }
    if reader
        .required("version")
        .is_some_and(|v| v.as_u64() != Some(VERSION))
    {
        reader.wrong::<()>("version", format_args!("must be {VERSION}"));
    }
    let Some(list) = reader.required("exercises")?.as_array() else {
        return reader.wrong("exercises", "must be a list");
    };
    if list.is_empty() || list.len() > MAX_EXERCISES {
        return reader.wrong(
            "exercises",
            format_args!("must hold 1 to {MAX_EXERCISES} exercises"),
        );
    }
    let mut taken = HashSet::new();
    let read = list.iter().enumerate().filter_map(|(i, value)| {
        let reader = ObjectReader::open(value, format!("/exercises/{i}"), FIELDS, mistakes)?;
        let exercise = exercise(&reader)?;
        refuse_taken(&exercise, &mut taken, &reader);
        Some(exercise)
    });
    Some(read.collect())
}

/// Notes a mistake if an earlier exercise has the same id or name. Requests name an exercise by id or by
/// name, so no id or name may stand for two exercises.
fn refuse_taken(exercise: &Exercise, taken: &mut HashSet<String>, reader: &ObjectReader<'_>) {
    let (id, name) = (exercise.id.as_str().to_owned(), folded(&exercise.name));
    if taken.contains(&id) {
        reader.wrong::<()>("id", format_args!("{id} is taken by an exercise before"));
    }
    if taken.contains(&name) {
        reader.wrong::<()>("name", format_args!("{name} is taken by an exercise before"));
    }
    taken.extend([id, name]);
}

/// Reads all fields before it returns `None`, so that no mistake hides another.
fn exercise(reader: &ObjectReader<'_>) -> Option<Exercise> {
    let id = reader.text("id", 64).and_then(|slug| {
        ExerciseId::new(&slug).or_else(|| reader.wrong("id", "must be of a-z, 0-9 and dashes between them"))
    });
    let name = reader.text("name", LONGEST_NAME);
    let description = reader.text("description", LONGEST_DESCRIPTION);
    let translations = translations(reader);
    let icon = reader.text("icon", 32);
    let video = video(reader);
    let category = reader.choice("category", "warm_up, strength, cardio, core, cool_down");
    let difficulty = reader.choice("difficulty", "easy, medium, hard");
    let has_jump = reader.flag("has_jump");
    let position = match reader.optional("position") {
        None => Some(None),
        Some(_) => reader
            .choice("position", "standing, supported, kneeling, sitting, lying")
            .map(Some),
    };
    let sides = reader.choice("sides", "both, alternating, per_side");
    let muscles = muscles(reader);
    let equipment = reader.words("equipment", EQUIPMENT, 0);
    let met = reader.number("met", &(0.5..=25.0));
    let default_duration = reader.number("default_duration", &(5.0..=600.0));
    let loop_range = match reader.optional("loop_range") {
        None => Some(None),
        Some(_) => loop_range(reader).map(Some),
    };
    let poster = match reader.optional("poster") {
        None => Some(None),
        Some(_) => poster(reader, loop_range.flatten()).map(Some),
    };
    let attribution = attribution(reader);
    Some(Exercise {
        id: id?,
        name: name?,
        description: description?,
        translations: translations?,
        icon: icon?,
        video: video?,
        category: category?,
        difficulty: difficulty?,
        has_jump: has_jump?,
        position: position?,
        sides: sides?,
        muscles: muscles?,
        equipment: equipment?,
        met: met?,
        default_duration: Seconds(default_duration?),
        loop_range: loop_range?,
        poster: poster?,
        attribution: attribution?,
    })
}

/// Reads the texts in other languages. A translated name may equal the name of another exercise, because
/// requests do not accept translated names.
fn translations(reader: &ObjectReader<'_>) -> Option<BTreeMap<LanguageTag, Translation>> {
    let Some(value) = reader.optional("translations") else {
        return Some(BTreeMap::new());
    };
    let Some(map) = value.as_object() else {
        return reader.wrong("translations", "must be an object");
    };
    if map.len() > MAX_TRANSLATIONS {
        return reader.wrong(
            "translations",
            format_args!("must hold at most {MAX_TRANSLATIONS} languages"),
        );
    }
    // Reads all translations before it returns `None`, so that no mistake hides another.
    let read: Vec<_> = map
        .iter()
        .map(|(tag, value)| translation(reader, tag, value))
        .collect();
    read.into_iter().collect()
}

fn translation(reader: &ObjectReader<'_>, tag: &str, value: &Value) -> Option<(LanguageTag, Translation)> {
    let field = format!("translations/{}", escaped(tag));
    let language = LanguageTag::new(tag).or_else(|| {
        reader.wrong(
            &field,
            "is not a language: it must be two lower-case letters, such as fr",
        )
    });
    let reader = ObjectReader::open(
        value,
        reader.at(&field),
        &["name", "description"],
        reader.mistakes,
    )?;
    let (name, description) = (
        reader.text("name", LONGEST_NAME),
        reader.text("description", LONGEST_DESCRIPTION),
    );
    Some((
        language?,
        Translation {
            name: name?,
            description: description?,
        },
    ))
}

/// Reads the path of the clip, which cannot leave the videos folder. Spaces, apostrophes and
/// leading dashes are legal.
fn video(reader: &ObjectReader<'_>) -> Option<String> {
    let name = reader.text("video", 255)?;
    if name.contains('\\') {
        return reader.wrong("video", "must not contain a backslash");
    }
    if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return reader.wrong(
            "video",
            "must be a file inside the videos folder, without . or ..",
        );
    }
    Some(name)
}

fn muscles(reader: &ObjectReader<'_>) -> Option<Muscles> {
    let reader = reader.object("muscles", &["primary", "secondary"])?;
    // The planner compares neighbours by their primary muscles, so each exercise needs at least one.
    let primary = reader.words("primary", MUSCLES, 1);
    let secondary = match reader.optional("secondary") {
        None => Some(Vec::new()),
        Some(_) => reader.words("secondary", MUSCLES, 0),
    };
    let muscles = Muscles {
        primary: primary?,
        secondary: secondary?,
    };
    match muscles.secondary.iter().find(|m| muscles.primary.contains(m)) {
        Some(both) => reader.wrong("secondary", format_args!("{both} is a primary muscle already")),
        None => Some(muscles),
    }
}

fn loop_range(reader: &ObjectReader<'_>) -> Option<LoopRange> {
    let reader = reader.object("loop_range", &["start", "end"])?;
    let (start, end) = (
        reader.number("start", &(0.0..=3600.0)),
        reader.number("end", &(0.0..=3600.0)),
    );
    let (start, end) = (start?, end?);
    if start >= end {
        return reader.wrong("end", "must be later than start");
    }
    Some(LoopRange {
        start: Seconds(start),
        end: Seconds(end),
    })
}

/// Reads the time of the poster. Without a loop range, nothing here can check that this time lies inside the
/// clip: the length of the clip is in the clip only.
fn poster(reader: &ObjectReader<'_>, shown: Option<LoopRange>) -> Option<Seconds> {
    let at = reader.number("poster", &(0.0..=LATEST_POSTER))?;
    match shown {
        Some(shown) if at >= shown.end.0 - shown.start.0 => {
            reader.wrong("poster", "must lie inside loop_range, counted from its start")
        }
        _ => Some(Seconds(at)),
    }
}

fn attribution(reader: &ObjectReader<'_>) -> Option<Attribution> {
    let reader = reader.object("attribution", &["license", "author", "source"])?;
    let (license, author, source) = (
        reader.text("license", 60),
        reader.text("author", 200),
        reader.text("source", 300),
    );
    Some(Attribution {
        license: license?,
        author: author?,
        source: source?,
    })
}
