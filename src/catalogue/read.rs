//! `exercises.json` -> checked exercises.
//!
//! For [`super::Catalogue`]. What the file may say is written for people in `docs/catalogue.md` and
//! for editors in `docs/exercises.schema.json`; a test keeps all three in step.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::fields::{Fields, Mistakes, escaped};
use super::vocabulary::{EQUIPMENT, MUSCLES, folded};
use super::{Attribution, Exercise, ExerciseId, LanguageTag, LoopRange, Muscles, Translation};
use crate::units::Seconds;

/// Largest file: 5,000 exercises of 1,600 bytes, half as much again as those with one translation take.
pub const MAX_FILE_BYTES: u64 = 8 << 20;
/// Most exercises: six times the largest open catalogue, and a search over them still takes a
/// few milliseconds.
pub const MAX_EXERCISES: usize = 5_000;
/// Most translations of an exercise.
const MAX_TRANSLATIONS: usize = 50;
/// Longest name and description of an exercise, in characters, in every language.
const LONGEST_NAME: usize = 60;
const LONGEST_DESCRIPTION: usize = 600;
/// The latest instant of a loop that may be a poster: no loop range is longer.
const LATEST_POSTER: f64 = 30.0;
/// The version of the file's form that this program reads.
const VERSION: u64 = 1;

/// Fields of an exercise.
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

/// All exercises of a file, or all of its mistakes.
pub(super) fn exercises(json: &str) -> Result<Vec<Exercise>, Vec<String>> {
    if json.len() as u64 > MAX_FILE_BYTES {
        return Err(vec![format!("the file is larger than {MAX_FILE_BYTES} bytes")]);
    }
    // Some editors write a byte order mark, which JSON does not know.
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
    let fields = Fields::open(
        root,
        String::new(),
        &["$schema", "version", "exercises"],
        mistakes,
    )?;
    if fields
        .optional("$schema")
        .is_some_and(|schema| !schema.is_string())
    {
        fields.wrong::<()>("$schema", "must be a text");
    }
    if fields
        .required("version")
        .is_some_and(|v| v.as_u64() != Some(VERSION))
    {
        fields.wrong::<()>("version", format_args!("must be {VERSION}"));
    }
    let Some(list) = fields.required("exercises")?.as_array() else {
        return fields.wrong("exercises", "must be a list");
    };
    if list.is_empty() || list.len() > MAX_EXERCISES {
        return fields.wrong(
            "exercises",
            format_args!("must hold 1 to {MAX_EXERCISES} exercises"),
        );
    }
    let mut taken = HashSet::new();
    let read = list.iter().enumerate().filter_map(|(i, value)| {
        let fields = Fields::open(value, format!("/exercises/{i}"), FIELDS, mistakes)?;
        let exercise = exercise(&fields)?;
        refuse_taken(&exercise, &mut taken, &fields);
        Some(exercise)
    });
    Some(read.collect())
}

/// Requests name an exercise by id or by name: neither may mean two exercises.
fn refuse_taken(exercise: &Exercise, taken: &mut HashSet<String>, fields: &Fields<'_>) {
    let (id, name) = (exercise.id.as_str().to_owned(), folded(&exercise.name));
    if taken.contains(&id) {
        fields.wrong::<()>("id", format_args!("{id} is taken by an exercise before"));
    }
    if taken.contains(&name) {
        fields.wrong::<()>("name", format_args!("{name} is taken by an exercise before"));
    }
    taken.extend([id, name]);
}

/// Reads every field before it gives up, so that no mistake hides another.
fn exercise(fields: &Fields<'_>) -> Option<Exercise> {
    let id = fields.text("id", 64).and_then(|slug| {
        ExerciseId::new(&slug).or_else(|| fields.wrong("id", "must be of a-z, 0-9 and dashes between them"))
    });
    let name = fields.text("name", LONGEST_NAME);
    let description = fields.text("description", LONGEST_DESCRIPTION);
    let translations = translations(fields);
    let icon = fields.text("icon", 32);
    let video = video(fields);
    let category = fields.choice("category", "warm_up, strength, cardio, core, cool_down");
    let difficulty = fields.choice("difficulty", "easy, medium, hard");
    let has_jump = fields.flag("has_jump");
    let position = match fields.optional("position") {
        None => Some(None),
        Some(_) => fields
            .choice("position", "standing, supported, kneeling, sitting, lying")
            .map(Some),
    };
    let sides = fields.choice("sides", "both, alternating, per_side");
    let muscles = muscles(fields);
    let equipment = fields.words("equipment", EQUIPMENT, 0);
    let met = fields.number("met", &(0.5..=25.0));
    let default_duration = fields.number("default_duration", &(5.0..=600.0));
    let loop_range = match fields.optional("loop_range") {
        None => Some(None),
        Some(_) => loop_range(fields).map(Some),
    };
    let poster = match fields.optional("poster") {
        None => Some(None),
        Some(_) => poster(fields, loop_range.flatten()).map(Some),
    };
    let attribution = attribution(fields);
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

/// Language -> texts. A name may be another exercise's: requests do not take it.
fn translations(fields: &Fields<'_>) -> Option<BTreeMap<LanguageTag, Translation>> {
    let Some(value) = fields.optional("translations") else {
        return Some(BTreeMap::new());
    };
    let Some(map) = value.as_object() else {
        return fields.wrong("translations", "must be an object");
    };
    if map.len() > MAX_TRANSLATIONS {
        return fields.wrong(
            "translations",
            format_args!("must hold at most {MAX_TRANSLATIONS} languages"),
        );
    }
    // All are read before one is missed, so that no mistake hides another.
    let read: Vec<_> = map
        .iter()
        .map(|(tag, value)| translation(fields, tag, value))
        .collect();
    read.into_iter().collect()
}

fn translation(fields: &Fields<'_>, tag: &str, value: &Value) -> Option<(LanguageTag, Translation)> {
    let field = format!("translations/{}", escaped(tag));
    let language = LanguageTag::new(tag).or_else(|| {
        fields.wrong(
            &field,
            "is not a language: it must be two lower-case letters, such as fr",
        )
    });
    let fields = Fields::open(
        value,
        fields.at(&field),
        &["name", "description"],
        fields.mistakes,
    )?;
    let (name, description) = (
        fields.text("name", LONGEST_NAME),
        fields.text("description", LONGEST_DESCRIPTION),
    );
    Some((
        language?,
        Translation {
            name: name?,
            description: description?,
        },
    ))
}

/// A path that cannot leave the videos folder. Spaces, apostrophes and leading dashes are legal.
fn video(fields: &Fields<'_>) -> Option<String> {
    let name = fields.text("video", 255)?;
    if name.contains('\\') {
        return fields.wrong("video", "must not contain a backslash");
    }
    if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return fields.wrong(
            "video",
            "must be a file inside the videos folder, without . or ..",
        );
    }
    Some(name)
}

fn muscles(fields: &Fields<'_>) -> Option<Muscles> {
    let fields = fields.object("muscles", &["primary", "secondary"])?;
    // The planner tells neighbours apart by their primary muscles: every exercise has one.
    let primary = fields.words("primary", MUSCLES, 1);
    let secondary = match fields.optional("secondary") {
        None => Some(Vec::new()),
        Some(_) => fields.words("secondary", MUSCLES, 0),
    };
    let muscles = Muscles {
        primary: primary?,
        secondary: secondary?,
    };
    match muscles.secondary.iter().find(|m| muscles.primary.contains(m)) {
        Some(both) => fields.wrong("secondary", format_args!("{both} is a primary muscle already")),
        None => Some(muscles),
    }
}

fn loop_range(fields: &Fields<'_>) -> Option<LoopRange> {
    let fields = fields.object("loop_range", &["start", "end"])?;
    let (start, end) = (
        fields.number("start", &(0.0..=3600.0)),
        fields.number("end", &(0.0..=3600.0)),
    );
    let (start, end) = (start?, end?);
    if start >= end {
        return fields.wrong("end", "must be later than start");
    }
    Some(LoopRange {
        start: Seconds(start),
        end: Seconds(end),
    })
}

/// Whether it lies inside a clip without loop range, only the clip can tell.
fn poster(fields: &Fields<'_>, shown: Option<LoopRange>) -> Option<Seconds> {
    let at = fields.number("poster", &(0.0..=LATEST_POSTER))?;
    match shown {
        Some(shown) if at >= shown.end.0 - shown.start.0 => {
            fields.wrong("poster", "must lie inside loop_range, counted from its start")
        }
        _ => Some(Seconds(at)),
    }
}

fn attribution(fields: &Fields<'_>) -> Option<Attribution> {
    let fields = fields.object("attribution", &["license", "author", "source"])?;
    let (license, author, source) = (
        fields.text("license", 60),
        fields.text("author", 200),
        fields.text("source", 300),
    );
    Some(Attribution {
        license: license?,
        author: author?,
        source: source?,
    })
}
