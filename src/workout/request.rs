//! The request as it was received: every field optional, nothing but its JSON types checked.
//!
//! For the API and the command line. Choices are still texts and numbers still unbounded here, so
//! that the check that follows can name every bad value at once. `docs/request.md` says what each
//! field means.

use std::fmt::Write as _;

use serde::Deserialize;
use serde_path_to_error::Segment;

use super::object::{self, Object};
use super::unknown;

/// Largest body: room for 1,000 listed exercises with every option, four times over.
pub const MAX_REQUEST_BYTES: usize = 512 << 10;
/// Characters of a client's text that a note or message repeats.
pub(super) const LONGEST_TEXT: usize = 120;

/// A workout config as clients POST it. Everything may be missing.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, utoipa::ToSchema)]
#[schema(example = json!({
    "exercise_names": ["Push-ups", "Air Squat", "Plank"],
    "config": {"intensity": "medium_intensity", "rounds": 2, "intervals": {"work_time": 40, "rest_time": 20}}
}))]
pub struct WorkoutRequest {
    /// The workout's exercises in order, by name or id (letter case ignored). Without it (and without
    /// `exercises`) they are chosen to fill `target_duration`.
    #[schema(example = json!(["Push-ups", "Air Squat", "Plank"]))]
    pub exercise_names: Option<Vec<String>>,
    /// The same with options for each; in place of `exercise_names`.
    #[schema(example = json!([{"id": "push-ups", "work_time": 30}, {"id": "plank", "speed": 0.8}]))]
    #[serde(default, deserialize_with = "object::optional_list")]
    pub exercises: Option<Vec<RequestedExercise>>,
    /// How the workout is to be.
    #[serde(default, deserialize_with = "object::optional")]
    pub config: Option<WorkoutConfig>,
    /// What the body said that this program does not know, a sentence each.
    #[serde(skip)]
    #[schema(ignore)]
    pub ignored: Vec<String>,
}

/// A listed exercise with its own options.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, utoipa::ToSchema)]
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
#[derive(Debug, Clone, Default, PartialEq, Deserialize, utoipa::ToSchema)]
pub struct WorkoutConfig {
    /// How fast the work is: `low_impact` (0.8), `medium_intensity` (1.0) or `high_intensity` (1.2).
    #[schema(value_type = Option<super::Intensity>, default = "medium_intensity")]
    pub intensity: Option<String>,
    /// Playing speed of the work; overrides `intensity`.
    #[schema(minimum = 0.5, maximum = 2, example = 1.1)]
    pub speed: Option<f64>,
    /// How long things take.
    #[serde(default, deserialize_with = "object::optional")]
    pub intervals: Option<RequestedIntervals>,
    /// How often the list is done. Default: once for listed exercises, as fits for chosen ones.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 50, example = 3)]
    pub rounds: Option<f64>,
    /// No exercise in which both feet leave the floor.
    #[schema(default = false)]
    pub no_jump: Option<bool>,
    /// No exercise twice, hence a single round.
    #[schema(default = false)]
    pub no_repeat: Option<bool>,
    /// Difficulties to choose from; all by default.
    #[schema(value_type = Option<Vec<crate::catalogue::Difficulty>>, example = json!(["easy", "medium"]))]
    pub intensity_levels: Option<Vec<String>>,
    /// Older spelling of `intensity_levels`.
    #[schema(value_type = Option<Vec<crate::catalogue::Difficulty>>, deprecated)]
    pub exercice_intensity_levels: Option<Vec<String>>,
    /// Equipment at hand. Without it, only exercises that need none are chosen.
    #[schema(example = json!(["dumbbell", "bands"]))]
    pub equipment: Option<Vec<String>>,
    /// Exercises before the work. Default: yes when exercises are chosen, no when they are listed.
    pub include_warm_up: Option<bool>,
    /// Exercises after the work. Default: as for `include_warm_up`.
    pub include_cool_down: Option<bool>,
    /// Minutes in all, met to the picture when exercises are chosen; unused when they are listed.
    #[schema(minimum = 1, maximum = 180, default = 30, example = 20)]
    pub target_duration: Option<f64>,
    /// What the choices are made with: the same seed gives the same workout. Default: a new one.
    #[schema(value_type = Option<u64>, minimum = 0, maximum = 9_007_199_254_740_991_u64, example = 7)]
    pub seed: Option<f64>,
    /// Kilograms, for the energy.
    #[schema(minimum = 20, maximum = 300, default = 70)]
    pub weight: Option<f64>,
    /// Lines of the short edge.
    #[schema(value_type = Option<super::Resolution>, default = "720p")]
    pub resolution: Option<String>,
    /// Which edge is the long one.
    #[schema(value_type = Option<super::Orientation>, default = "landscape")]
    pub orientation: Option<String>,
    /// How clips fill the picture.
    #[schema(value_type = Option<super::Fit>, default = "contain")]
    pub fit: Option<String>,
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

/// Lengths in seconds; decimals are rounded to the nearest picture (1/30 s).
#[derive(Debug, Clone, Default, PartialEq, Deserialize, utoipa::ToSchema)]
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

/// Why a body is no request.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// More bytes than any sensible request has.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The most that is read.
        limit: usize,
    },
    /// Not JSON at all.
    #[error("the body is not JSON: {0}")]
    Malformed(String),
    /// JSON, but a value has the wrong type.
    #[error("{message}")]
    WrongType {
        /// JSON pointer of the value.
        pointer: String,
        /// What was expected.
        message: String,
    },
}

impl WorkoutRequest {
    /// Reads a request body. Unknown fields are tolerated and told in [`Self::ignored`].
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        if body.len() > MAX_REQUEST_BYTES {
            return Err(RequestError::TooLarge {
                limit: MAX_REQUEST_BYTES,
            });
        }
        let mut json = serde_json::Deserializer::from_slice(body);
        let mut ignored = Vec::new();
        let mut note = |path: serde_ignored::Path<'_>| ignored.push(unknown::pointer_of(&path));
        let fields = serde_ignored::Deserializer::new(&mut json, &mut note);
        let Object(mut request): Object<Self> = serde_path_to_error::deserialize(fields).map_err(|e| {
            if e.inner().is_data() {
                RequestError::WrongType {
                    pointer: pointer_of_error(e.path()),
                    message: in_plain_words(&e.inner().to_string()),
                }
            } else {
                RequestError::Malformed(e.inner().to_string())
            }
        })?;
        json.end().map_err(|e| RequestError::Malformed(e.to_string()))?;
        request.ignored = unknown::notes_on(&ignored);
        Ok(request)
    }
}

/// Serde names Rust's types and a line and column; clients know JSON's types and have the pointer.
fn in_plain_words(message: &str) -> String {
    let message = message
        .rsplit_once(" at line ")
        .map_or(message, |(message, _)| message);
    let words = message
        .replace("expected f64", "expected a number")
        .replace("expected a sequence", "expected a list")
        .replace("invalid type: map", "invalid type: object")
        .replace("invalid type: sequence", "invalid type: list");
    // Serde repeats texts of any length.
    if words.chars().count() <= 2 * LONGEST_TEXT {
        return words;
    }
    let (start, end) = (
        words.chars().take(LONGEST_TEXT),
        words.chars().rev().take(LONGEST_TEXT),
    );
    let end: Vec<char> = end.collect();
    start.chain(['…']).chain(end.into_iter().rev()).collect()
}

fn pointer_of_error(path: &serde_path_to_error::Path) -> String {
    path.iter().fold(String::new(), |mut pointer, segment| {
        match segment {
            Segment::Seq { index } => push(&mut pointer, &index.to_string()),
            Segment::Map { key } => push(&mut pointer, key),
            // Neither occurs: the request holds no enum, and the input is always located.
            Segment::Enum { .. } | Segment::Unknown => {}
        }
        pointer
    })
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
        assert_eq!(read(&body).unwrap().ignored, Vec::<String>::new());
    }

    #[test]
    fn wrong_types_come_with_their_pointer_in_plain_words() {
        let cases = [
            json!([]),
            json!({"exercise_names": "Plank"}),
            json!({"exercise_names": ["Plank", 7]}),
            json!({"exercises": [["plank", 30, 1]]}),
            json!({"exercises": [{"id": "plank"}, {"id": "plank", "speed": "fast"}]}),
            json!({"config": []}),
            json!({"config": {"rounds": true}}),
            json!({"config": {"no_jump": 1}}),
            json!({"config": {"intervals": {"work_time": [40]}}}),
            json!({"config": {"intervals": 40}}),
        ];
        let told: Vec<String> = cases
            .iter()
            .map(|body| match read(body) {
                Err(RequestError::WrongType { pointer, message }) => {
                    format!("{body}\n  {pointer:?}: {message}")
                }
                other => panic!("{body} is read as {other:?}"),
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn long_texts_are_not_repeated() {
        let long = "x".repeat(100_000);
        match read(&json!({"config": {"rounds": long}})) {
            Err(RequestError::WrongType { message, .. }) => {
                assert!(
                    message.len() < 300 && message.ends_with("expected a number"),
                    "{message}"
                );
            }
            other => panic!("read as {other:?}"),
        }
        let notes = read(&json!({ long: 1 })).unwrap().ignored;
        assert!(notes[0].len() < 200, "{notes:?}");
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
