//! Tests of the catalogue: the file that comes with the program, what the reader accepts and refuses, and the
//! JSON Schema, which must agree with the reader.

use serde_json::{Value, json};

use super::*;

const FILE: &str = include_str!("../../exercises.json");
const SCHEMA: &str = include_str!("../../docs/exercises.schema.json");

/// The catalogue that comes with the program, with `value` at a JSON pointer.
fn with(pointer: &str, value: Value) -> Value {
    let mut file: Value = serde_json::from_str(FILE).unwrap();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    match file.pointer_mut(parent).unwrap() {
        Value::Object(fields) => fields.insert(field.to_owned(), value).map_or((), drop),
        Value::Array(items) => items[field.parse::<usize>().unwrap()] = value,
        other => panic!("{parent} is {other}"),
    }
    file
}

fn without(pointer: &str) -> Value {
    let mut file: Value = serde_json::from_str(FILE).unwrap();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    let removed = file
        .pointer_mut(parent)
        .unwrap()
        .as_object_mut()
        .unwrap()
        .remove(field);
    assert!(removed.is_some(), "{pointer} is not in the file");
    file
}

fn mistakes(file: &Value) -> Vec<String> {
    match Catalogue::parse(&file.to_string()) {
        Ok(_) => Vec::new(),
        Err(CatalogueError::Invalid(mistakes)) => mistakes,
        Err(other) => panic!("{other}"),
    }
}

/// Whether the JSON Schema in `docs` accepts a file.
fn schema_accepts(file: &Value) -> bool {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("exercises.schema.json", schema).unwrap();
    let index = compiler.compile("exercises.schema.json", &mut schemas).unwrap();
    schemas.validate(file, index).is_ok()
}

fn shipped() -> Catalogue {
    Catalogue::parse(FILE).unwrap()
}

#[test]
fn the_shipped_catalogue_has_what_the_product_promises() {
    let catalogue = shipped();
    let of = |category| {
        catalogue
            .exercises()
            .iter()
            .filter(|e| e.category == category)
            .count()
    };
    assert!(
        catalogue.exercises().len() >= 30,
        "a week of training takes thirty"
    );
    let categories = [
        (Category::WarmUp, 6),
        (Category::Strength, 9),
        (Category::Cardio, 6),
        (Category::Core, 5),
        (Category::CoolDown, 5),
    ];
    for (category, least) in categories {
        assert!(of(category) >= least, "only {} of {category:?}", of(category));
    }
    for name in ["Push-ups", "Air Squat", "Plank"] {
        assert_eq!(catalogue.named(name).map(|e| e.name.as_str()), Some(name));
    }
    assert!(catalogue.exercises().iter().any(|e| e.has_jump));
    assert!(catalogue.exercises().iter().any(|e| e.sides == Sides::PerSide));
}

#[test]
fn every_shipped_exercise_tells_how_far_down_it_goes() {
    let catalogue = shipped();
    let mut untold = catalogue.exercises().iter().filter(|e| e.position.is_none());
    assert_eq!(untold.next().map(|e| e.id.as_str()), None);
    let standing = |e: &&Exercise| e.position == Some(Position::Standing);
    let jumps = catalogue.exercises().iter().filter(|e| e.has_jump);
    // A burpee goes down to the hands; all other jumps begin and end on the feet.
    let low: Vec<&str> = jumps.filter(|e| !standing(e)).map(|e| e.id.as_str()).collect();
    assert_eq!(low, ["burpee"]);
}

/// `many` translations, in the languages "aa", "ab" and so on.
fn languages(many: u8) -> Value {
    let tags = (0..many).map(|i| format!("{}{}", char::from(b'a' + i / 26), char::from(b'a' + i % 26)));
    tags.map(|tag| (tag, json!({"name": "x", "description": "x"})))
        .collect()
}

#[test]
fn every_shipped_exercise_is_told_in_french() {
    let french = LanguageTag::new("fr").unwrap();
    let catalogue = shipped();
    let untold: Vec<&str> = catalogue
        .exercises()
        .iter()
        .filter(|e| {
            let told = e.translations.get(&french);
            told.is_none_or(|told| told.description == e.description)
        })
        .map(|e| e.id.as_str())
        .collect();
    assert!(untold.is_empty(), "not told in French: {untold:?}");
}

#[test]
fn a_translated_name_names_no_exercise_and_need_not_be_unique() {
    let mut file = with("/exercises/0/translations/fr/name", json!("Plank"));
    file["exercises"][1]["translations"]["fr"]["name"] = json!("Plank");
    assert_eq!(mistakes(&file), [""; 0]);
    let catalogue = Catalogue::parse(&file.to_string()).unwrap();
    assert_eq!(catalogue.named("Plank").map(|e| e.id.as_str()), Some("plank"));
    assert!(catalogue.named("Pompes").is_none());
}

/// Returns how many files both the schema and the reader accept. Both must agree on each file.
fn agreed(files: &[Value]) -> usize {
    let accepted = files.iter().filter(|file| {
        let (schema, found) = (schema_accepts(file), mistakes(file));
        let changed = &file["exercises"][0];
        assert_eq!(
            schema,
            found.is_empty(),
            "schema and {found:?} disagree on {changed}"
        );
        schema
    });
    accepted.count()
}

#[test]
fn schema_and_reader_agree() {
    let first = "/exercises/0";
    let cases = [
        with("/version", json!(1)),
        with("/version", json!(2)),
        with("/$schema", json!(3)),
        with("/comment", json!("x")),
        without("/version"),
        without("/$schema"),
        with("/exercises", json!([])),
        with("/exercises", json!({})),
        with("/exercises/0", json!(null)),
        with(&format!("{first}/id"), json!("Upper")),
        with(&format!("{first}/id"), json!("-dash")),
        with(&format!("{first}/id"), json!("a".repeat(65))),
        with(&format!("{first}/id"), json!("x")),
        with(&format!("{first}/name"), json!("")),
        with(&format!("{first}/name"), json!(" Padded")),
        with(&format!("{first}/name"), json!("Two\nlines")),
        with(&format!("{first}/name"), json!("ß".repeat(60))),
        with(&format!("{first}/name"), json!("ß".repeat(61))),
        with(&format!("{first}/video"), json!("it's -my clip.mp4")),
        with(&format!("{first}/video"), json!("-y.mp4")),
        with(&format!("{first}/video"), json!("sub/clip.mp4")),
        with(&format!("{first}/video"), json!("..clip..mp4")),
        with(&format!("{first}/video"), json!("../clip.mp4")),
        with(&format!("{first}/video"), json!("a/../clip.mp4")),
        with(&format!("{first}/video"), json!("a/..")),
        with(&format!("{first}/video"), json!("..")),
        with(&format!("{first}/video"), json!(".")),
        with(&format!("{first}/video"), json!("a//b")),
        with(&format!("{first}/video"), json!("a/")),
        with(&format!("{first}/video"), json!("/etc/passwd")),
        with(&format!("{first}/video"), json!("a\\b.mp4")),
        with(&format!("{first}/video"), json!("a\u{0}b.mp4")),
        with(&format!("{first}/category"), json!("legs")),
        with(&format!("{first}/difficulty"), json!("Easy")),
        with(&format!("{first}/difficulty"), json!({"easy": null})),
        with(&format!("{first}/has_jump"), json!("no")),
        with(&format!("{first}/position"), json!("kneeling")),
        with(&format!("{first}/position"), json!("upside down")),
        with(&format!("{first}/position"), json!(null)),
        without(&format!("{first}/position")),
        with(&format!("{first}/sides"), json!("left")),
        with(&format!("{first}/muscles"), json!({"primary": []})),
        with(&format!("{first}/muscles"), json!({"primary": ["chest"]})),
        with(
            &format!("{first}/muscles"),
            json!({"primary": ["chest", "chest"]}),
        ),
        with(&format!("{first}/muscles"), json!({"primary": ["pecs"]})),
        with(
            &format!("{first}/muscles"),
            json!({"primary": ["chest"], "third": []}),
        ),
        with(&format!("{first}/equipment"), json!(["dumbbell", "bands"])),
        with(&format!("{first}/equipment"), json!(["body only"])),
        with(&format!("{first}/equipment"), json!("dumbbell")),
        with(&format!("{first}/met"), json!(0.5)),
        with(&format!("{first}/met"), json!(0.4)),
        with(&format!("{first}/met"), json!("3")),
        with(&format!("{first}/default_duration"), json!(600)),
        with(&format!("{first}/default_duration"), json!(601)),
        with(&format!("{first}/loop_range"), json!({"start": 0, "end": 2.5})),
        with(&format!("{first}/loop_range"), json!({"start": 0, "end": 0})),
        with(&format!("{first}/loop_range"), json!({"start": -1, "end": 2})),
        with(&format!("{first}/loop_range"), json!({"end": 2})),
        with(&format!("{first}/loop_range"), json!(null)),
        with(&format!("{first}/poster"), json!(0)),
        with(&format!("{first}/poster"), json!(30)),
        with(&format!("{first}/poster"), json!(30.1)),
        with(&format!("{first}/poster"), json!(-0.1)),
        with(&format!("{first}/poster"), json!("1")),
        with(&format!("{first}/poster"), json!(null)),
        without(&format!("{first}/poster")),
        with(&format!("{first}/attribution/license"), json!("")),
        with(&format!("{first}/thumbnail"), json!("x.png")),
        without(&format!("{first}/attribution")),
        without(&format!("{first}/attribution/author")),
        without(&format!("{first}/muscles/secondary")),
        without(&format!("{first}/met")),
    ];
    let accepted = agreed(&cases);
    assert!(accepted > 10, "only {accepted} of the changes are legal");
    assert!(schema_accepts(&serde_json::from_str(FILE).unwrap()));
}

#[test]
fn schema_and_reader_agree_on_translations() {
    let at = |place: &str| format!("/exercises/0/translations/{place}");
    let cases = [
        with("/exercises/0/translations", json!({})),
        with("/exercises/0/translations", json!(null)),
        with("/exercises/0/translations", json!(["fr"])),
        with(
            &at("de"),
            json!({"name": "Liegestütze", "description": "ß".repeat(600)}),
        ),
        with(&at("de"), json!({"name": "Liegestütze"})),
        with(&at("de"), json!("Liegestütze")),
        with(&at("FR"), json!({"name": "x", "description": "x"})),
        with(&at("fra"), json!({"name": "x", "description": "x"})),
        with(&at("é"), json!({"name": "x", "description": "x"})),
        with(&at(""), json!({"name": "x", "description": "x"})),
        with(&at("fr/name"), json!("")),
        with(&at("fr/name"), json!("ß".repeat(60))),
        with(&at("fr/name"), json!("ß".repeat(61))),
        with(&at("fr/description"), json!("ß".repeat(601))),
        with(&at("fr/description"), json!("Padded ")),
        with(&at("fr/icon"), json!("x")),
        with("/exercises/0/translations", languages(50)),
        with("/exercises/0/translations", languages(51)),
    ];
    assert_eq!(agreed(&cases), 4);
}

#[test]
fn a_poster_is_a_frame_of_the_loop() {
    let with_poster = |at: f64| {
        let mut file = with("/exercises/0/loop_range", json!({"start": 4, "end": 6.5}));
        file["exercises"][0]["poster"] = json!(at);
        file
    };
    assert_eq!(mistakes(&with_poster(2.4)), [""; 0]);
    assert_eq!(
        mistakes(&with_poster(2.5)),
        ["/exercises/0/poster: must lie inside loop_range, counted from its start"]
    );
    let poster = |file: &Value| Catalogue::parse(&file.to_string()).unwrap().exercises()[0].poster;
    assert_eq!(poster(&with_poster(2.4)), Some(crate::units::Seconds(2.4)));
    assert_eq!(poster(&without("/exercises/0/poster")), None);
}

#[test]
fn all_mistakes_come_at_once_with_their_pointers() {
    let mut file = with("/exercises/0/met", json!(99));
    file["exercises"][3]["id"] = json!("arm-circles");
    file["exercises"][3]["name"] = json!("ARM CIRCLES");
    file["exercises"][2]["translations"] =
        json!({"fr": {"name": ""}, "F/R": {"name": "x", "description": 3}});
    file["exercises"][4]["descripton"] = json!("x");
    file["exercises"][5]["loop_range"] = json!({"start": 3, "end": 2});
    file["exercises"][6]["muscles"] = json!({"primary": ["calves"], "secondary": ["calves"]});
    file["exercises"][7]["video"] = json!("../../etc/passwd");
    file["exercises"][8] = json!(7);
    file["exercises"][9]["a/b~c"] = json!(1);
    insta::assert_snapshot!(mistakes(&file).join("\n"));
}

#[test]
fn what_is_no_catalogue_is_refused() {
    assert!(mistakes(&json!([])).contains(&"the file: must be an object".to_owned()));
    for text in ["", "{", "nonsense", &"[".repeat(10_000)] {
        assert!(matches!(Catalogue::parse(text), Err(CatalogueError::Invalid(_))));
    }
    let large = format!("{FILE}{}", " ".repeat(MAX_FILE_BYTES as usize));
    assert!(matches!(
        Catalogue::parse(&large),
        Err(CatalogueError::Invalid(_))
    ));
    let missing = Catalogue::load(Path::new("no/such/file.json"));
    assert!(matches!(missing, Err(CatalogueError::Read(_))));
}

#[test]
fn more_mistakes_than_anybody_reads_are_counted() {
    let many: Vec<Value> = (0..200).map(|i| json!({"id": format!("e{i}")})).collect();
    let told = mistakes(&json!({"version": 1, "exercises": many}));
    assert_eq!(told.len(), 101);
    assert_eq!(told[100], format!("and {} more", 200 * 13 - 100));
}

#[test]
fn names_are_found_without_regard_to_case_and_outer_space() {
    let catalogue = shipped();
    for name in ["Child's Pose", " child's pose\n", "CHILDS-POSE", "childs-pose"] {
        assert_eq!(
            catalogue.find(name).map(|e| e.id.as_str()),
            Ok("childs-pose"),
            "{name:?}"
        );
    }
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest_ones() {
    let catalogue = shipped();
    let near = |name| catalogue.find(name).unwrap_err();
    assert_eq!(near("pushup").first().map(String::as_str), Some("Push-ups"));
    assert_eq!(near("squat").len().min(4), near("squat").len(), "at most three");
    assert_eq!(near("Plnak").first().map(String::as_str), Some("Plank"));
    assert!(near("").is_empty() && near("qqqq").is_empty());
    assert!(near(&"x".repeat(100_000)).is_empty());
}

#[test]
fn what_people_type_is_answered_with_what_they_mean() {
    let catalogue = shipped();
    let told: Vec<String> = [
        ("squats", "Air Squat"),
        ("Squat", "Air Squat"),
        ("air-squats", "Air Squat"),
        ("jump squats", "Jump Squat"),
        ("squat jump", "Jump Squat"),
        ("bodyweight squat", "Air Squat"),
        ("lunge", "Reverse Lunge"),
        ("lunges", "Reverse Lunge"),
        ("jacks", "Jumping Jack"),
        ("jumping jacks", "Jumping Jack"),
        ("JumpingJacks", "Jumping Jack"),
        ("quad stretches", "Standing Quad Stretch"),
        ("bridge", "Glute Bridge"),
        ("glute_bridges", "Glute Bridge"),
        ("pushups", "Push-ups"),
        ("push up", "Push-ups"),
        ("Push Ups", "Push-ups"),
        ("crunches", "Crunch"),
        ("climbers", "Mountain Climber"),
        ("high plank", "Plank"),
        ("planks", "Plank"),
        ("childs pose", "Child's Pose"),
        ("child’s pose", "Child's Pose"),
        ("marching", "March in Place"),
        ("burpees", "Burpee"),
        ("high knee", "High Knees"),
        ("hamstrings", "Hamstring Stretch"),
        ("side planks", "Side Plank"),
        ("single leg bridge", "Single-Leg Glute Bridge"),
        ("bicycle crunches", "Bicycle Crunch"),
        ("leg raises", "Leg Raise"),
        ("knee pushups", "Knee Push-up"),
        ("arm circle", "Arm Circles"),
    ]
    .into_iter()
    .filter_map(|(typed, meant)| {
        let near = catalogue.find(typed).err().unwrap_or_default();
        let ok = near.first().is_some_and(|first| first == meant) && near.len() <= 3;
        (!ok).then(|| format!("{typed}: {near:?} instead of {meant}"))
    })
    .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert_eq!(
        catalogue.find("squats").unwrap_err(),
        ["Air Squat", "Jump Squat"],
        "no poor ones"
    );
    let mut stretches = catalogue.find("stretch").unwrap_err();
    stretches.sort();
    assert_eq!(
        stretches,
        ["Hamstring Stretch", "Hip Flexor Stretch", "Standing Quad Stretch"]
    );
}

#[test]
fn a_byte_order_mark_is_no_mistake() {
    let marked = Catalogue::parse(&format!("\u{feff}{FILE}")).unwrap();
    assert_eq!(marked.exercises(), shipped().exercises());
}

#[test]
fn filters_narrow_the_list() {
    let catalogue = shipped();
    let found =
        |filter: Filter| -> Vec<String> { catalogue.search(&filter).map(|e| e.id.to_string()).collect() };
    let all = Filter::default();
    assert_eq!(found(all.clone()).len(), catalogue.exercises().len());
    let text = |text: &str| Filter {
        text: Some(text.into()),
        ..Filter::default()
    };
    assert_eq!(found(text("SQUAT heels")), ["air-squat"]);
    assert_eq!(found(text("knee right angle")), ["reverse-lunge"]);
    let muscle = Filter {
        muscle: Some("Lower Back".into()),
        ..all.clone()
    };
    assert_eq!(
        found(muscle),
        [
            "torso-twist",
            "hip-circles",
            "glute-bridge",
            "single-leg-glute-bridge",
            "superman",
            "plank",
            "russian-twist",
            "childs-pose",
            "cobra"
        ]
    );
    let cardio = Filter {
        category: Some(Category::Cardio),
        no_jump: true,
        ..all.clone()
    };
    assert_eq!(found(cardio), ["mountain-climber"]);
    let hard = Filter {
        difficulty: Some(Difficulty::Hard),
        equipment: Some("body only".into()),
        ..all.clone()
    };
    assert_eq!(found(hard), ["pike-push-up", "mountain-climber", "burpee"]);
    let barbell = Filter {
        equipment: Some("barbell".into()),
        ..all
    };
    assert!(found(barbell).is_empty());
}

#[test]
fn an_exercise_can_be_declared_unavailable() {
    let mut catalogue = shipped();
    let plank = catalogue.named("plank").unwrap().id.clone();
    assert_eq!(catalogue.unavailable(&plank), None);
    catalogue.mark_unavailable(plank.clone(), "its clip is broken".into());
    assert_eq!(catalogue.unavailable(&plank), Some("its clip is broken"));
    assert!(
        catalogue.get(&plank).is_some(),
        "it stays in the list, with the reason"
    );
}
