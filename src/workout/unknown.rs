//! Notes on fields of a request that this program does not know. Such fields are ignored, but never silently.
//!
//! For the readers of workout requests and week requests. A note tells the client which field was ignored,
//! and where a field with a similar name belongs.

use serde_json::json;

use super::request::LONGEST_TEXT;
use super::{Note, NoteCode};
use crate::catalogue::{nearest, visible};

/// Most notes on unknown fields. A body that is not a request
/// at all would otherwise get an answer full of notes.
const MAX_REPORTED: usize = 20;

/// Every field of a workout request, so that a note can say where a misplaced field belongs. The test
/// `the_list_of_fields_is_complete` compares this list with the API document.
const FIELDS: &[&str] = &[
    "/exercise_names",
    "/exercises",
    "/exercises/0/id",
    "/exercises/0/work_time",
    "/exercises/0/speed",
    "/renderer",
    "/config",
    "/config/intensity",
    "/config/speed",
    "/config/intervals",
    "/config/intervals/work_time",
    "/config/intervals/rest_time",
    "/config/intervals/get_ready",
    "/config/intervals/round_rest_time",
    "/config/intervals/finish",
    "/config/rounds",
    "/config/no_jump",
    "/config/avoid",
    "/config/no_repeat",
    "/config/intensity_levels",
    "/config/exercice_intensity_levels",
    "/config/equipment",
    "/config/include_warm_up",
    "/config/include_cool_down",
    "/config/target_duration",
    "/config/seed",
    "/config/weight",
    "/config/language",
    "/config/resolution",
    "/config/orientation",
    "/config/fit",
    "/config/fit_reps",
    "/config/cues",
    "/config/clip_sound",
    "/config/show_timer",
    "/config/show_progress_bar",
    "/config/show_exercise_name",
    "/config/show_round",
];

/// Returns a note for each ignored field of a workout request.
pub(super) fn notes_on(ignored: &[String]) -> Vec<Note> {
    notes_among(ignored, FIELDS)
}

/// Returns a note for each ignored field of a request that has the given `fields`.
pub(crate) fn notes_among(ignored: &[String], fields: &[&str]) -> Vec<Note> {
    let mut notes: Vec<Note> = ignored
        .iter()
        .take(MAX_REPORTED)
        .map(|p| note_on(p, fields))
        .collect();
    if ignored.len() > MAX_REPORTED {
        let count = ignored.len() - MAX_REPORTED;
        notes.push(Note::new(
            NoteCode::IgnoredFields,
            json!({"count": count}),
            format!("ignored: {count} more unknown fields"),
        ));
    }
    notes
}

fn note_on(pointer: &str, fields: &[&str]) -> Note {
    let name = last(pointer);
    let best = nearest(name, fields.iter().map(|field| last(field)));
    let alike = fields
        .iter()
        .filter(|field| best.first().is_some_and(|near| last(field) == near));
    // If a field name occurs in two places, take the place
    // with the longest common prefix with the ignored pointer.
    let place = alike.max_by_key(|field| {
        field
            .bytes()
            .zip(pointer.bytes())
            .take_while(|(a, b)| a == b)
            .count()
    });
    let shown: String = pointer.chars().take(LONGEST_TEXT).collect();
    // The name may contain characters that act on a terminal.
    let escaped = shown.escape_debug();
    let text = match place {
        Some(place) => format!("ignored: {escaped}; did you mean {place}?"),
        None => format!("ignored: {escaped}"),
    };
    let values = json!({"field": visible(&shown), "nearest": place});
    Note::new(NoteCode::IgnoredField, values, text)
}

/// Returns the last segment of a JSON pointer.
fn last(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::{RequestError, RequestedExercise, RequestedIntervals, WorkoutConfig, WorkoutRequest};
    use super::*;

    fn read(body: &Value) -> Result<WorkoutRequest, RequestError> {
        WorkoutRequest::from_json(body.to_string().as_bytes())
    }

    #[test]
    fn every_field_is_known_and_may_be_null() {
        let mut body = json!({"exercises": [{}], "config": {"intervals": {}}});
        for field in FIELDS {
            let (parent, name) = field.rsplit_once('/').unwrap();
            let fields = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
            fields.entry(name).or_insert(Value::Null);
        }
        assert_eq!(read(&body).unwrap().ignored, []);
        assert_eq!(
            read(&json!({"exercises": null, "config": null})),
            Ok(WorkoutRequest::default())
        );
    }

    #[test]
    fn every_field_of_a_wrong_type_is_told_at_once() {
        let mut body = json!({"exercises": [{}], "config": {"intervals": {}}});
        let mut wrong: Vec<&str> = FIELDS.to_vec();
        wrong.retain(|field| !["/exercises", "/config", "/config/intervals"].contains(field));
        for field in &wrong {
            let (parent, name) = field.rsplit_once('/').unwrap();
            // An object is a wrong type for a text, a number, a flag and a list.
            body.pointer_mut(parent).unwrap()[name] = json!({});
        }
        let request = read(&body).unwrap();
        let mut told: Vec<&str> = request.wrong.iter().map(|r| r.pointer.as_str()).collect();
        told.sort_unstable();
        wrong.sort_unstable();
        assert_eq!(told, wrong);
    }

    #[test]
    fn the_list_of_fields_is_complete() {
        use utoipa::PartialSchema;
        let fields_of = |schema: Value, at: &str| -> Vec<String> {
            let names = schema["properties"].as_object().unwrap().keys();
            names.map(|name| format!("{at}/{name}")).collect()
        };
        let schema = |schema| serde_json::to_value(schema).unwrap();
        let mut documented = fields_of(schema(WorkoutRequest::schema()), "");
        documented.extend(fields_of(schema(RequestedExercise::schema()), "/exercises/0"));
        documented.extend(fields_of(schema(WorkoutConfig::schema()), "/config"));
        documented.extend(fields_of(
            schema(RequestedIntervals::schema()),
            "/config/intervals",
        ));
        documented.sort();
        let mut known = FIELDS.to_vec();
        known.sort_unstable();
        assert_eq!(documented, known);
    }

    #[test]
    fn unknown_fields_are_ignored_with_a_hint() {
        let body = json!({"rounds": 3, "exercise_name": [], "config": {
            "work_time": 30, "show_tmier": true, "zzz": {"deep": [1]}, "a/b": 1, "intervals": {"rest": 5}}});
        let mut ignored = read(&body).unwrap().ignored;
        ignored.sort_by(|a, b| a.text.cmp(&b.text));
        insta::assert_json_snapshot!(ignored);
        let many: Value = (0..50).map(|i| (format!("field{i}"), json!(0))).collect();
        let notes = read(&many).unwrap().ignored;
        assert_eq!(notes.len(), 21);
        assert_eq!(notes[20].text, "ignored: 30 more unknown fields");
        assert_eq!(notes[20].values["count"], 30);
        let notes = read(&json!({"\u{1b}[2J\n": 1})).unwrap().ignored;
        assert_eq!(notes.len(), 1);
        assert_eq!(notes[0].text, "ignored: /\\u{1b}[2J\\n");
    }
}
