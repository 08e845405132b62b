//! Checks the documents against the program: they name everything that they must name, and their
//! examples are true.

mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};
use virtual_coach::catalogue::{Catalogue, LoopLengths};
use virtual_coach::http::problem::{Fault, ProblemKind};
use virtual_coach::units::Frames;
use virtual_coach::words::{Words, own_name};
use virtual_coach::workout::{IntervalKind, Language, PlanError, WorkoutRequest, plan};

const README: &str = include_str!("../README.md");
const REQUEST: &str = include_str!("../docs/request.md");
const CATALOGUE: &str = include_str!("../docs/catalogue.md");
const TROUBLESHOOTING: &str = include_str!("../docs/troubleshooting.md");

/// Standard output of the program with one argument.
fn printed(argument: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let output = program::command(folder.path(), &[argument]).output().unwrap();
    assert!(output.status.success(), "{argument} fails");
    String::from_utf8(output.stdout).unwrap()
}

/// The cells of all table rows, without backticks.
fn rows(page: &str) -> Vec<Vec<String>> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| "));
    rows.map(|row| {
        let cells = row.trim_end().trim_end_matches('|').split(" | ");
        cells.map(|cell| cell.trim().replace('`', "")).collect()
    })
    .collect()
}

/// The contents of all fenced blocks of a language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("```{language}\n");
    let blocks = page.split(opening.as_str()).skip(1);
    blocks
        .map(|rest| rest.split("\n```").next().expect("a fence that closes"))
        .collect()
}

/// Variable -> flag and default, as `--help` prints them.
fn settings_of_help() -> BTreeMap<String, (String, String)> {
    let help = printed("--help");
    let mut settings = BTreeMap::new();
    for block in help.split("\n      --").skip(1) {
        let text = block.split_whitespace().collect::<Vec<_>>().join(" ");
        let after = |mark: &str, end: char| {
            let rest = text.split(mark).nth(1)?;
            Some(rest.split(end).next()?.to_owned())
        };
        let Some(variable) = after("[env: ", '=') else {
            continue;
        };
        let flag = format!("--{}", text.split(' ').next().unwrap());
        let default = after("[default: ", ']').unwrap_or_else(|| "none".to_owned());
        settings.insert(variable, (flag, default));
    }
    settings
}

#[test]
fn the_readme_tells_every_setting_with_its_flag_and_default_and_no_other() {
    let told: BTreeMap<String, (String, String)> = rows(README)
        .into_iter()
        .filter(|row| row[0].starts_with("COACH_"))
        .map(|row| (row[0].clone(), (row[1].clone(), row[2].clone())))
        .collect();
    let help = settings_of_help();
    assert!(
        help.contains_key("COACH_BIND"),
        "--help was not understood: {help:?}"
    );
    let names: BTreeSet<&String> = told.keys().chain(help.keys()).collect();
    let wrong: Vec<String> = names
        .into_iter()
        .filter(|name| told.get(*name) != help.get(*name))
        .map(|name| {
            format!(
                "{name}: README.md says {:?}, --help says {:?}",
                told.get(name),
                help.get(name)
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The schema that a reference points to, or the schema itself if it is not a reference.
fn resolved<'a>(schema: &'a Value, schemas: &'a Value) -> &'a Value {
    let alternatives = schema["oneOf"].as_array().into_iter().flatten();
    let reference = alternatives
        .chain([schema, &schema["items"]])
        .find_map(|s| s["$ref"].as_str());
    match reference {
        Some(reference) => &schemas[reference.rsplit('/').next().unwrap()],
        None => schema,
    }
}

/// All texts that a schema allows, if it lists them.
fn choices(schema: &Value) -> Vec<&str> {
    let listed = schema["enum"].as_array().into_iter().flatten();
    let described = schema["oneOf"].as_array().into_iter().flatten();
    listed
        .chain(described.flat_map(|s| s["enum"].as_array().into_iter().flatten()))
        .filter_map(Value::as_str)
        .collect()
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// Name in the documents -> schema, for every field of a request.
fn fields(schemas: &Value) -> Vec<(String, &Value)> {
    let places = [
        ("WorkoutRequest", ""),
        ("RequestedExercise", "exercises[]."),
        ("WorkoutConfig", ""),
        ("RequestedIntervals", "intervals."),
    ];
    let fields = places.into_iter().flat_map(|(object, prefix)| {
        let properties = schemas[object]["properties"].as_object().expect(object);
        properties
            .iter()
            .map(move |(name, schema)| (format!("{prefix}{name}"), schema))
    });
    // Objects have no row of their own; their fields have.
    fields
        .filter(|(name, _)| !["config", "intervals"].contains(&name.as_str()))
        .collect()
}

#[test]
fn every_field_of_a_request_is_told_with_its_default_bounds_and_choices() {
    let spec: Value = serde_json::from_str(&printed("openapi")).unwrap();
    let schemas = &spec["components"]["schemas"];
    let rows = rows(REQUEST);
    let fields = fields(schemas);
    assert!(fields.len() > 30, "only {} fields", fields.len());
    let (mut wrong, mut chosen) = (Vec::new(), 0);
    for (name, schema) in fields {
        if schema["deprecated"] == true {
            if !REQUEST.contains(&name) {
                wrong.push(format!("{name}: not named"));
            }
            continue;
        }
        let Some(row) = rows.iter().find(|row| row[0] == name) else {
            wrong.push(format!("{name}: no row"));
            continue;
        };
        let text = row.join(" | ");
        if let Some(default) = schema.get("default")
            && row[2] != plain(default)
        {
            wrong.push(format!("{name}: the default is {default}: {text}"));
        }
        if let (Some(least), Some(most)) = (schema.get("minimum"), schema.get("maximum"))
            && !text.contains(&format!("{least} to {most}"))
        {
            wrong.push(format!("{name}: goes from {least} to {most}: {text}"));
        }
        for choice in choices(resolved(schema, schemas)) {
            chosen += 1;
            if !text.contains(choice) {
                wrong.push(format!("{name}: may be {choice}: {text}"));
            }
        }
    }
    assert!(chosen > 10, "the schema lists only {chosen} choices");
    assert!(wrong.is_empty(), "docs/request.md:\n{}", wrong.join("\n"));
}

#[test]
fn the_readme_names_only_fields_that_exist() {
    let spec: Value = serde_json::from_str(&printed("openapi")).unwrap();
    let known: BTreeSet<String> = fields(&spec["components"]["schemas"])
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let cells = rows(README).into_iter().map(|row| row[0].clone());
    let (mut seen, mut unknown) = (0, Vec::new());
    for cell in cells.filter(|cell| cell.starts_with("config.")) {
        for name in cell.split(", ") {
            // `.finish` is a field of the object in the name before it.
            let name = match name.strip_prefix("config.") {
                Some(name) => name.to_owned(),
                None => format!("intervals{name}"),
            };
            seen += 1;
            if !known.contains(&name) {
                unknown.push(name);
            }
        }
    }
    assert!(seen > 20, "only {seen} fields");
    assert!(unknown.is_empty(), "README.md: {unknown:?}");
}

#[test]
fn every_type_of_problem_is_told_with_its_status_and_no_other() {
    let info = ProblemKind::ALL.map(ProblemKind::info);
    let exist: BTreeSet<(String, String)> = info
        .iter()
        .map(|info| (info.slug.to_owned(), info.status.as_u16().to_string()))
        .collect();
    let told: BTreeSet<(String, String)> = rows(TROUBLESHOOTING)
        .into_iter()
        .filter(|row| row[1].len() == 3 && row[1].bytes().all(|digit| digit.is_ascii_digit()))
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    assert_eq!(told, exist);
}

#[test]
fn the_examples_are_what_the_program_takes_and_gives() {
    let catalogue = Catalogue::parse(include_str!("../exercises.json")).unwrap();
    let [request, violation, answer, note] = blocks(REQUEST, "json")[..] else {
        panic!("docs/request.md has other examples than a request, a refusal, a plan and a note");
    };
    let request = WorkoutRequest::from_json(request.as_bytes()).unwrap();
    plan(&request, &catalogue, &LoopLengths::default(), 1).expect("the first example can be planned");
    assert!(request.ignored.is_empty(), "{:?}", request.ignored);

    let asked = REQUEST
        .lines()
        .find_map(|line| line.strip_prefix("For `")?.strip_suffix("`:"))
        .expect("the request of the plan");
    let shown = |example: &str| serde_json::from_str::<Value>(example).unwrap();
    assert_eq!(planned(asked, &catalogue), shown(answer));
    let body = json!({"config": {"intensity_levels": ["hard"], "no_jump": true, "no_repeat": true,
        "target_duration": 30}});
    assert_eq!(refused(&body, &catalogue), shown(violation));
    let misspelt = json!({"exercise_names": ["plank"], "config": {"show_tmier": true}});
    assert_eq!(
        planned(&misspelt.to_string(), &catalogue)["notes"][0],
        shown(note)
    );

    for example in blocks(CATALOGUE, "json") {
        Catalogue::parse(example).unwrap_or_else(|error| panic!("docs/catalogue.md: {error}"));
    }
}

/// The first violation of a request, as a problem reports it.
fn refused(body: &Value, catalogue: &Catalogue) -> Value {
    let request = WorkoutRequest::from_json(body.to_string().as_bytes()).unwrap();
    match plan(&request, catalogue, &LoopLengths::default(), 1) {
        Err(PlanError::Invalid(violations)) => {
            serde_json::to_value(Fault::from(violations[0].clone())).unwrap()
        }
        other => panic!("{body} is not refused: {other:?}"),
    }
}

fn planned(request: &str, catalogue: &Catalogue) -> Value {
    let request = WorkoutRequest::from_json(request.as_bytes()).unwrap();
    // The loop length of the included clip: 2 s.
    let push_ups = catalogue.named("push-ups").unwrap().id.clone();
    let loop_lengths = LoopLengths::from_iter([(push_ups, Frames(60))]);
    serde_json::to_value(plan(&request, catalogue, &loop_lengths, 1).unwrap().view()).unwrap()
}

/// The anchor of a heading: `## What /ready says` -> `what-ready-says`.
fn anchor(heading: &str) -> String {
    let letters = heading.trim_start_matches('#').trim().chars();
    letters
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() })
        .collect()
}

#[test]
fn every_link_within_the_repository_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = std::fs::read_dir(root.join("docs")).unwrap();
    let pages = pages.map(|entry| entry.unwrap().path());
    let pages = pages.filter(|page| page.extension().is_some_and(|kind| kind == "md"));
    let mut dead = Vec::new();
    let mut links = 0;
    for page in pages.chain(["README.md", "CONTRIBUTING.md"].map(|name| root.join(name))) {
        let text = std::fs::read_to_string(&page).unwrap();
        let targets = text.split("](").skip(1);
        for link in targets.map(|rest| rest.split(')').next().unwrap()) {
            if link.contains("://") {
                continue;
            }
            links += 1;
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => page.clone(),
                file => page.with_file_name(file),
            };
            let found = match heading {
                "" => target.exists(),
                heading => std::fs::read_to_string(&target).is_ok_and(|text| {
                    text.lines()
                        .any(|line| line.starts_with('#') && anchor(line) == heading)
                }),
            };
            if !found {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(links > 20, "only {links} links");
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
}

#[test]
fn every_code_of_a_note_and_a_refusal_is_told() {
    let spec: Value = serde_json::from_str(&printed("openapi")).unwrap();
    let told: BTreeSet<String> = rows(REQUEST)
        .iter()
        .flat_map(|row| row[0].split(", ").map(str::to_owned))
        .collect();
    for schema in ["NoteCode", "RefusalCode"] {
        let codes = spec["components"]["schemas"][schema]["enum"].as_array().unwrap();
        assert!(codes.len() > 10, "{codes:?}");
        for code in codes.iter().map(|code| code.as_str().unwrap()) {
            assert!(told.contains(code), "docs/request.md: {code} has no row");
        }
    }
}

#[test]
fn the_page_knows_the_api_as_it_is() {
    let page: Value = serde_json::from_str(include_str!("../web/openapi.json")).unwrap();
    let now: Value = serde_json::from_str(&printed("openapi")).unwrap();
    assert!(
        page == now,
        "web/openapi.json is of another API: run `make api-types`"
    );
}

#[test]
fn the_video_and_the_page_have_the_same_words() {
    const ENGLISH: &str = include_str!("../web/src/i18n/en/player.ts");
    const FRENCH: &str = include_str!("../web/src/i18n/fr/player.ts");
    const KINDS: [IntervalKind; 6] = [
        IntervalKind::GetReady,
        IntervalKind::WarmUp,
        IntervalKind::Work,
        IntervalKind::Rest,
        IntervalKind::RoundRest,
        IntervalKind::CoolDown,
    ];
    for (language, page) in [(Language::English, ENGLISH), (Language::French, FRENCH)] {
        let words = Words::of(language);
        let value = |name: &str, text: &str| format!("{name}: \"{text}\",");
        let mut said: Vec<String> = KINDS
            .map(|kind| {
                let name = serde_json::to_value(kind).unwrap();
                value(name.as_str().unwrap(), words.labels.of(kind))
            })
            .into();
        said.push(value("wellDone", words.labels.finish));
        said.push(value("breathe", words.breathe));
        said.push(value("language", own_name(language)));
        said.push(value(
            "nextLead",
            words.next.trim_end_matches([':', ' ', '\u{a0}']),
        ));
        let missing: Vec<&String> = said.iter().filter(|said| !page.contains(*said)).collect();
        assert!(
            missing.is_empty(),
            "the page of {language:?} does not say {missing:#?}"
        );
    }
}
