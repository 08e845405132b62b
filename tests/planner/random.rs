//! Random catalogues and requests, valid and invalid.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use virtual_coach::catalogue::Catalogue;
use virtual_coach::units::Frames;

const EQUIPMENT: [&str; 3] = ["dumbbell", "bands", "foam roll"];

/// One exercise as JSON, and whether it is available.
fn an_exercise() -> impl Strategy<Value = (Value, bool)> {
    let muscles = proptest::sample::subsequence(vec!["chest", "glutes", "calves", "neck"], 1..=2);
    let category = prop_oneof![
        1 => Just("warm_up"), 2 => Just("strength"), 2 => Just("cardio"), 2 => Just("core"), 1 => Just("cool_down")
    ];
    let sides = prop_oneof![Just("both"), Just("alternating"), Just("per_side")];
    let difficulty = prop_oneof![3 => Just("easy"), 2 => Just("medium"), 1 => Just("hard")];
    let equipment = prop_oneof![
        3 => Just(Vec::new()),
        1 => proptest::sample::subsequence(EQUIPMENT.to_vec(), 1..=2),
    ];
    let numbers = (0.5..25.0_f64, 5.0..600.0_f64);
    (
        muscles,
        category,
        sides,
        difficulty,
        equipment,
        numbers,
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.9),
    )
        .prop_map(
            |(muscles, category, sides, difficulty, equipment, (met, length), jump, shown)| {
                let exercise = json!({
                    "description": "As it says.", "icon": "x", "video": "clip.mov",
                    "category": category, "difficulty": difficulty, "has_jump": jump, "sides": sides,
                    "muscles": {"primary": muscles}, "equipment": equipment, "met": met,
                    "default_duration": length,
                    "attribution": {"license": "CC0-1.0", "author": "x", "source": "x"}
                });
                (exercise, shown)
            },
        )
}

pub fn a_catalogue() -> impl Strategy<Value = Catalogue> {
    prop::collection::vec(an_exercise(), 1..16).prop_map(|exercises| {
        let (mut list, mut hidden) = (Vec::new(), Vec::new());
        for (i, (mut exercise, shown)) in exercises.into_iter().enumerate() {
            exercise["id"] = json!(format!("e{i}"));
            exercise["name"] = json!(format!("Exercise {i}"));
            list.push(exercise);
            hidden.extend((!shown).then_some(i));
        }
        let mut catalogue = Catalogue::parse(&json!({"version": 1, "exercises": list}).to_string())
            .expect("a legal catalogue");
        for i in hidden {
            let id = catalogue.exercises()[i].id.clone();
            catalogue.mark_unavailable(id, "its clip is broken".into());
        }
        catalogue
    })
}

/// Known loop lengths of a catalogue's exercises, mostly of whole seconds.
pub fn some_loop_lengths() -> impl Strategy<Value = Vec<Option<Frames>>> {
    let length = prop_oneof![8 => 10..300_u64, 1 => 1..10_u64, 1 => 300..200_000_u64];
    prop::collection::vec(prop::option::weighted(0.9, length.prop_map(Frames)), 16)
}

/// A field that is sometimes missing.
fn sometimes<T: Into<Value> + Clone + std::fmt::Debug>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<Value>> {
    prop::option::of(value.prop_map(Into::into))
}

fn object(fields: Vec<(&'static str, Option<Value>)>) -> Value {
    let sent = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(sent.collect::<Map<_, _>>())
}

fn intervals() -> impl Strategy<Value = Value> {
    let decimals = |most: f64| prop_oneof![3 => (0..=(most as u32)).prop_map(f64::from), 1 => 0.0..=most];
    let work = prop_oneof![4 => (10..90_u32).prop_map(f64::from), 1 => 1.0..3600.0_f64];
    (
        sometimes(work),
        sometimes(decimals(60.0)),
        sometimes(decimals(60.0)),
        sometimes(decimals(180.0)),
        sometimes(decimals(30.0)),
    )
        .prop_map(|(work, rest, ready, round_rest, finish)| {
            object(vec![
                ("work_time", work),
                ("rest_time", rest),
                ("get_ready", ready),
                ("round_rest_time", round_rest),
                ("finish", finish),
            ])
        })
}

fn switches() -> impl Strategy<Value = Vec<(&'static str, Option<Value>)>> {
    let rare = || prop::option::weighted(0.5, prop::bool::weighted(0.4).prop_map(Value::from));
    let all = (rare(), rare(), rare(), rare(), rare(), rare(), rare());
    all.prop_map(|(jump, repeat, warm, cool, timer, cues, reps)| {
        vec![
            ("no_jump", jump),
            ("no_repeat", repeat),
            ("include_warm_up", warm),
            ("include_cool_down", cool),
            ("show_timer", timer),
            ("cues", cues),
            ("fit_reps", reps),
        ]
    })
}

/// A config in which every single value is valid.
fn a_config() -> impl Strategy<Value = Value> {
    let levels = proptest::sample::subsequence(vec!["easy", "Medium", "HARD"], 1..=3);
    let equipment = proptest::sample::subsequence(EQUIPMENT.to_vec(), 0..=3);
    let minutes = prop_oneof![3 => (1..61_u32).prop_map(f64::from), 1 => 1.0..180.0_f64];
    let intensity = prop_oneof![
        Just("low_impact"),
        Just("medium_intensity"),
        Just("High_Intensity")
    ];
    (
        switches(),
        prop::option::of(intervals()),
        sometimes(levels),
        sometimes(equipment),
        sometimes(minutes),
        sometimes(intensity),
        prop::option::weighted(0.2, (0.5..2.0_f64).prop_map(Value::from)),
        prop::option::weighted(
            0.4,
            prop_oneof![4 => 1..6_u32, 1 => 1..51_u32].prop_map(Value::from),
        ),
        sometimes(0..(1_u64 << 53)),
        sometimes(20.0..300.0_f64),
    )
        .prop_map(
            |(mut fields, intervals, levels, equipment, minutes, intensity, speed, rounds, seed, weight)| {
                fields.extend([
                    ("intervals", intervals),
                    ("intensity_levels", levels),
                    ("equipment", equipment),
                    ("target_duration", minutes),
                    ("intensity", intensity),
                    ("speed", speed),
                    ("rounds", rounds),
                    ("seed", seed),
                    ("weight", weight),
                ]);
                object(fields)
            },
        )
}

/// A request in which every single value is valid; half of the requests list exercises.
pub fn a_request() -> impl Strategy<Value = Value> {
    let name = || {
        (0..16_usize, prop::bool::ANY).prop_map(|(i, by_id)| {
            if by_id {
                format!("e{i}")
            } else {
                format!(" EXERCISE {i} ")
            }
        })
    };
    let own = (name(), sometimes(1.0..90.0_f64), sometimes(0.5..2.0_f64)).prop_map(|(id, work, speed)| {
        object(vec![
            ("id", Some(id.into())),
            ("work_time", work),
            ("speed", speed),
        ])
    });
    let lists = prop_oneof![
        4 => Just(vec![]),
        2 => prop::collection::vec(name(), 0..7).prop_map(|l| vec![("exercise_names", Some(json!(l)))]),
        2 => prop::collection::vec(own, 0..7).prop_map(|l| vec![("exercises", Some(json!(l)))]),
    ];
    let renderer = sometimes(prop_oneof![Just("auto"), Just("Stitch"), Just("graph")]);
    let config = prop::option::weighted(0.95, a_config());
    (lists, config, renderer).prop_map(|(mut fields, config, renderer)| {
        fields.extend([("config", config), ("renderer", renderer)]);
        object(fields)
    })
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-10..100_i32).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop_oneof![Just("push-ups"), Just("Plank"), Just("easy"), Just("720p")].prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z_~/]{0,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Pointers to every value of a request, including the root.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(value, &format!("{at}/{name}"), all);
            }
        }
        Value::Array(items) => {
            for (i, value) in items.iter().enumerate() {
                places(value, &format!("{at}/{i}"), all);
            }
        }
        _ => {}
    }
}

/// A valid request in which one to three values are replaced by random ones.
pub fn a_broken_request() -> impl Strategy<Value = Value> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any_json()), 1..4);
    (a_request(), changes).prop_map(|(mut request, changes)| {
        for (index, value) in changes {
            let mut all = Vec::new();
            places(&request, "", &mut all);
            let place = index.get(&all).clone();
            *request.pointer_mut(&place).expect("a place of the request") = value;
        }
        request
    })
}
