//! A workout request as the client sent it. Every field is optional, and only JSON types are checked.
//!
//! For the API and the command line. Values of a wrong type are kept in a list.
//! Choices are still texts, and numbers have no bounds yet, so that `check` can
//! report every bad value at once. `docs/request.md` says what each field means.

use std::fmt::Write as _;

use serde_json::Value;

use super::request_reader::{Diagnostics, FromFields, FromJson, RequestFields, wrong_type};
use super::{Note, Violation, unknown};
use crate::catalogue::EquipmentName;

/// Largest body in bytes: about four times the size of 1,000 listed exercises with every option.
pub const MAX_REQUEST_BYTES: usize = 512 << 10;
/// Most characters of a client's text that a note or a message repeats.
pub(super) const LONGEST_TEXT: usize = 120;

/// A workout config as clients POST it. Everything may be missing.
#[derive(Debug, Clone, Default, PartialEq, utoipa::ToSchema)]
#[schema(example = json!({
    "exercise_names": ["Push-ups", "Air Squat", "Plank"],
    "config": {"intensity": "medium_intensity", "rounds": 2, "intervals": {"work_time": 40, "rest_time": 20}}
}))]
pub struct WorkoutRequest {
    /// The workout's exercises in order, by name or id (letter case ignored). Without it (and without
    /// `exercises`) they are chosen to fill `target_duration`.
    #[schema(value_type = Option<Vec<String>>, min_items = 1, max_items = 1000, example = json!(["Push-ups", "Air Squat", "Plank"]))]
    pub exercise_names: Option<Vec<Option<String>>>,
    /// The same with options for each; in place of `exercise_names`: one of the two may be sent.
    // No example here: API documents join the examples of all
    // fields into one request, and that must not have both lists.
    #[schema(value_type = Option<Vec<RequestedExercise>>, min_items = 1, max_items = 1000)]
    pub exercises: Option<Vec<Option<RequestedExercise>>>,
    /// How the workout is to be.
    pub config: Option<WorkoutConfig>,
    /// Who is to make the video; it shows the same either way.
    #[schema(value_type = Option<super::RendererChoice>, default = "auto")]
    pub renderer: Option<String>,
    /// Notes on unknown fields of the body.
    #[schema(ignore)]
    pub ignored: Vec<Note>,
    /// Violations for values of a wrong type. The fields of
    /// these values are `None`. The planner refuses the request.
    #[schema(ignore)]
    pub wrong: Vec<Violation>,
}

/// A listed exercise with its own options.
#[derive(Debug, Clone, Default, PartialEq, utoipa::ToSchema)]
pub struct RequestedExercise {
    /// Id or name; must be there.
    #[schema(example = "push-ups", value_type = String, required = true)]
    pub id: Option<String>,
    /// Seconds of work, instead of `intervals.work_time`.
    #[schema(minimum = 1, maximum = 3600, example = 30)]
    pub work_time: Option<f64>,
    /// Playing speed, instead of the workout's.
    #[schema(minimum = 0.5, maximum = 2, example = 0.8)]
    pub speed: Option<f64>,
}

/// The options of a workout.
#[derive(Debug, Clone, Default, PartialEq, utoipa::ToSchema)]
pub struct WorkoutConfig {
    /// How fast the work is: `low_impact` (0.8), `medium_intensity` (1.0) or `high_intensity` (1.2).
    #[schema(value_type = Option<super::Intensity>, default = "medium_intensity")]
    pub intensity: Option<String>,
    /// Playing speed of the work; overrides `intensity`.
    #[schema(minimum = 0.5, maximum = 2, example = 1.1)]
    pub speed: Option<f64>,
    /// How long things take.
    pub intervals: Option<RequestedIntervals>,
    /// How often the list is done. Default: once for listed exercises, as fits for chosen ones.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 50, example = 3)]
    pub rounds: Option<f64>,
    /// No exercise in which both feet leave the floor.
    #[schema(default = false)]
    pub no_jump: Option<bool>,
    /// What not to do; `jumps` is the same as `no_jump`.
    #[schema(value_type = Option<Vec<super::Avoid>>, max_items = 6, example = json!(["floor", "kneeling"]))]
    pub avoid: Option<Vec<Option<String>>>,
    /// No exercise twice, hence a single round.
    #[schema(default = false)]
    pub no_repeat: Option<bool>,
    /// Difficulties to choose from; all by default.
    #[schema(value_type = Option<Vec<crate::catalogue::Difficulty>>, min_items = 1, max_items = 3, example = json!(["easy", "medium"]))]
    pub intensity_levels: Option<Vec<Option<String>>>,
    /// Older spelling of `intensity_levels`.
    #[schema(value_type = Option<Vec<crate::catalogue::Difficulty>>, min_items = 1, max_items = 3, deprecated)]
    pub exercice_intensity_levels: Option<Vec<Option<String>>>,
    /// Equipment at hand. Without it, only exercises that need none are chosen.
    #[schema(value_type = Option<Vec<EquipmentName>>, max_items = 22, example = json!(["dumbbell", "bands"]))]
    pub equipment: Option<Vec<Option<String>>>,
    /// Exercises before the work. Default: yes when exercises are chosen, no when they are listed.
    pub include_warm_up: Option<bool>,
    /// Exercises after the work. Default: as for `include_warm_up`.
    pub include_cool_down: Option<bool>,
    /// Minutes in all, met to the frame when exercises are chosen; unused when they are listed.
    #[schema(minimum = 1, maximum = 180, default = 30, example = 20)]
    pub target_duration: Option<f64>,
    /// What the choices are made with: the same seed gives the same workout. Default: a new one.
    #[schema(value_type = Option<u64>, minimum = 0, maximum = 9_007_199_254_740_991_u64, example = 7)]
    pub seed: Option<f64>,
    /// Kilograms, for the energy.
    #[schema(minimum = 20, maximum = 300, default = 70)]
    pub weight: Option<f64>,
    /// What the video says and all texts of the workout are in: `en` English, `fr` French.
    #[schema(value_type = Option<super::Language>, default = "en")]
    pub language: Option<String>,
    /// Lines of the short edge.
    #[schema(value_type = Option<super::Resolution>, default = "720p")]
    pub resolution: Option<String>,
    /// Which edge is the long one.
    #[schema(value_type = Option<super::Orientation>, default = "landscape")]
    pub orientation: Option<String>,
    /// How clips fill the frame.
    #[schema(value_type = Option<super::Fit>, default = "auto")]
    pub fit: Option<String>,
    /// Let the speed of exercises give way by at most 5 %, so that whole repetitions fill the interval.
    #[schema(default = true)]
    pub fit_reps: Option<bool>,
    /// Beeps and ticks.
    #[schema(default = true)]
    pub cues: Option<bool>,
    /// The clips' own sound.
    #[schema(default = false)]
    pub clip_sound: Option<bool>,
    /// Countdown of the interval.
    #[schema(default = true)]
    pub show_timer: Option<bool>,
    /// Progress of the whole workout.
    #[schema(default = true)]
    pub show_progress_bar: Option<bool>,
    /// Name of the exercise.
    #[schema(default = true)]
    pub show_exercise_name: Option<bool>,
    /// Round and position.
    #[schema(default = true)]
    pub show_round: Option<bool>,
}

/// Lengths in seconds; decimals are rounded to the nearest frame (1/30 s).
#[derive(Debug, Clone, Default, PartialEq, utoipa::ToSchema)]
pub struct RequestedIntervals {
    /// An exercise.
    #[schema(minimum = 1, maximum = 3600, default = 40)]
    pub work_time: Option<f64>,
    /// Between two exercises.
    #[schema(minimum = 0, maximum = 600, default = 20)]
    pub rest_time: Option<f64>,
    /// Before the first exercise.
    #[schema(minimum = 0, maximum = 60, default = 5)]
    pub get_ready: Option<f64>,
    /// Between two rounds. Default: `rest_time`.
    #[schema(minimum = 0, maximum = 600, example = 60)]
    pub round_rest_time: Option<f64>,
    /// After the last exercise.
    #[schema(minimum = 0, maximum = 30, default = 3)]
    pub finish: Option<f64>,
}

/// Why a body is not a request.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The body is larger than the limit.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body is not JSON.
    #[error("the body is not JSON: {0}")]
    Malformed(String),
    /// The body is JSON, but not an object.
    #[error("{message}")]
    WrongType {
        /// JSON pointer of the body; always empty.
        pointer: String,
        /// An English sentence that says what was expected.
        message: String,
    },
}

/// Reads a JSON body as a `T`. Also returns wrong types and unknown fields.
pub(crate) fn read_body<T: FromJson>(body: &[u8]) -> Result<(T, Diagnostics), RequestError> {
    if body.len() > MAX_REQUEST_BYTES {
        return Err(RequestError::TooLarge {
            limit: MAX_REQUEST_BYTES,
        });
    }
    // Some editors write a byte order mark, which JSON does not allow.
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let sent: Value = serde_json::from_slice(body).map_err(|e| RequestError::Malformed(e.to_string()))?;
    let mut diagnostics = Diagnostics::default();
    let read = T::read(sent, "", &mut diagnostics).map_err(|sent| {
        let Violation { pointer, message, .. } = wrong_type::<T>("", &sent);
        RequestError::WrongType { pointer, message }
    })?;
    Ok((read, diagnostics))
}

impl WorkoutRequest {
    /// Reads a request body. Unknown fields become notes in [`Self::ignored`]. Values of a wrong type become
    /// violations in [`Self::wrong`], which the planner refuses.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let (mut request, diagnostics) = read_body::<Self>(body)?;
        request.ignored = unknown::notes_on(&diagnostics.unknown);
        request.wrong = diagnostics.wrong;
        Ok(request)
    }

    /// Returns whether the planner may change speeds so that whole repetitions fill the intervals. If so, the
    /// plan depends on the lengths of the clips' loops.
    #[must_use]
    pub fn fits_reps(&self) -> bool {
        let config = self.config.as_ref();
        config.and_then(|config| config.fit_reps).unwrap_or(true)
    }
}

impl FromFields for WorkoutRequest {
    fn from_fields(fields: &mut RequestFields<'_>) -> Self {
        Self {
            exercise_names: fields.take("exercise_names"),
            exercises: fields.take("exercises"),
            config: fields.take("config"),
            renderer: fields.take("renderer"),
            ignored: Vec::new(),
            wrong: Vec::new(),
        }
    }
}

impl FromFields for RequestedExercise {
    fn from_fields(fields: &mut RequestFields<'_>) -> Self {
        Self {
            id: fields.take("id"),
            work_time: fields.take("work_time"),
            speed: fields.take("speed"),
        }
    }
}

impl FromFields for WorkoutConfig {
    fn from_fields(fields: &mut RequestFields<'_>) -> Self {
        Self {
            intensity: fields.take("intensity"),
            speed: fields.take("speed"),
            intervals: fields.take("intervals"),
            rounds: fields.take("rounds"),
            no_jump: fields.take("no_jump"),
            avoid: fields.take("avoid"),
            no_repeat: fields.take("no_repeat"),
            intensity_levels: fields.take("intensity_levels"),
            exercice_intensity_levels: fields.take("exercice_intensity_levels"),
            equipment: fields.take("equipment"),
            include_warm_up: fields.take("include_warm_up"),
            include_cool_down: fields.take("include_cool_down"),
            target_duration: fields.take("target_duration"),
            seed: fields.take("seed"),
            weight: fields.take("weight"),
            language: fields.take("language"),
            resolution: fields.take("resolution"),
            orientation: fields.take("orientation"),
            fit: fields.take("fit"),
            fit_reps: fields.take("fit_reps"),
            cues: fields.take("cues"),
            clip_sound: fields.take("clip_sound"),
            show_timer: fields.take("show_timer"),
            show_progress_bar: fields.take("show_progress_bar"),
            show_exercise_name: fields.take("show_exercise_name"),
            show_round: fields.take("show_round"),
        }
    }
}

impl FromFields for RequestedIntervals {
    fn from_fields(fields: &mut RequestFields<'_>) -> Self {
        Self {
            work_time: fields.take("work_time"),
            rest_time: fields.take("rest_time"),
            get_ready: fields.take("get_ready"),
            round_rest_time: fields.take("round_rest_time"),
            finish: fields.take("finish"),
        }
    }
}

/// Adds a segment to a JSON pointer (RFC 6901).
pub(super) fn push(pointer: &mut String, segment: &str) {
    let segment = segment.replace('~', "~0").replace('/', "~1");
    // Writing to a String cannot fail.
    let _ = write!(pointer, "/{segment}");
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(body: &Value) -> Result<WorkoutRequest, RequestError> {
        WorkoutRequest::from_json(body.to_string().as_bytes())
    }

    #[test]
    fn the_request_of_older_clients_is_taken_unchanged() {
        let body = json!({"exercise_names": ["Push-ups", "Air Squat", "Plank"],
            "config": {"intensity": "medium_intensity", "intervals": {"work_time": 40, "rest_time": 20},
                "no_jump": false, "no_repeat": false, "exercice_intensity_levels": ["easy", "medium", "hard"],
                "include_warm_up": true, "include_cool_down": true, "target_duration": 30,
                "show_timer": true, "show_progress_bar": true, "show_exercise_name": true}});
        assert_eq!(read(&body).unwrap().ignored, []);
    }

    /// Returns the messages about values of a wrong type.
    fn described(body: &Value) -> Vec<String> {
        match read(body) {
            Ok(request) => request.wrong.iter().map(ToString::to_string).collect(),
            Err(RequestError::WrongType { message, .. }) => vec![message],
            Err(other) => panic!("{body} is read as {other:?}"),
        }
    }

    #[test]
    fn wrong_types_come_all_at_once_with_their_pointers_in_plain_words() {
        let bodies = [
            json!([]),
            json!({"exercise_names": "Plank", "exercises": {}, "config": 3}),
            json!({"exercise_names": ["Plank", 7, null, "Crunch", ["Plank"]]}),
            json!({"exercises": [1, {"id": 2}, ["plank", 30, 1], {"id": "plank", "speed": "fast", "work_time": []}]}),
            json!({"config": {"rounds": "3", "speed": 9, "no_jump": "yes", "cues": 1, "intensity": false,
                "intervals": {"work_time": [40], "rest_time": "20"}, "equipment": ["bands", {}], "seed": true}}),
            json!({"config": {"intervals": 40, "no_repeat": 1e300}}),
        ];
        let described: Vec<String> = bodies
            .iter()
            .map(|body| format!("{body}\n  {}", described(body).join("\n  ")))
            .collect();
        insta::assert_snapshot!(described.join("\n"));
    }

    #[test]
    fn long_texts_and_lists_are_not_repeated() {
        let long = "x".repeat(100_000);
        let described_text = described(&json!({"config": {"rounds": long}}));
        assert!(described_text[0].len() < 200, "{described_text:?}");
        let notes = read(&json!({ long: 1 })).unwrap().ignored;
        assert!(notes[0].text.len() < 200, "{notes:?}");
        assert_eq!(
            described(&json!({"exercise_names": vec![1; 100_000]})).len(),
            1000
        );
    }

    #[test]
    fn a_byte_order_mark_is_no_mistake() {
        let read = WorkoutRequest::from_json("\u{feff}{}".as_bytes());
        assert_eq!(read, Ok(WorkoutRequest::default()));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let deep = "[".repeat(100_000);
        let deep_unknown = format!("{{\"x\":{}", "[".repeat(100_000));
        for body in [
            "",
            "{",
            "{}x",
            "nul",
            "{\"config\":{\"seed\":1e999}}",
            &deep_unknown,
        ] {
            let read = WorkoutRequest::from_json(body.as_bytes());
            assert!(
                matches!(read, Err(RequestError::Malformed(_))),
                "{} bytes: {read:?}",
                body.len()
            );
        }
        assert!(WorkoutRequest::from_json(deep.as_bytes()).is_err());
        assert!(WorkoutRequest::from_json(b"{\"config\": \xff}").is_err());
        let large = vec![b' '; MAX_REQUEST_BYTES + 1];
        assert_eq!(
            WorkoutRequest::from_json(&large),
            Err(RequestError::TooLarge {
                limit: MAX_REQUEST_BYTES
            })
        );
    }
}
