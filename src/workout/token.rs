//! The token of a workout: everything that was decided about it, as a text that fits into a web address.
//!
//! For workout links. A token contains the decision, not the request: the chosen exercises, not the
//! constraints for choosing them. So a link still works after the catalogue grows or the rules of choosing
//! change. Only a change of the workout's own exercises or clips breaks a link. [`Token::open`] detects that.
//!
//! Format:
//!
//! ```text
//! base64url( version, 1 byte | encoded decision | fingerprint of the plan, 8 bytes | checksum, 4 bytes )
//! ```
//!
//! The checksum detects a link that was cut or altered on its way. It is no secret and
//! no signature, so the program treats a token with a right checksum like any other
//! untrusted input. The fingerprint covers everything in a plan that determines the
//! bytes of a video. A different fingerprint means that the catalogue or a clip has changed.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::decision::Decision;
use super::fingerprint::{FINGERPRINT, fingerprint};
use super::link_codec::{self, Unreadable};
use super::violations::quoted;
use super::{HudParts, Language, Plan};
use crate::catalogue::{Catalogue, ExerciseId, LoopLengths};

/// Most characters of a token. Every browser, proxy and messenger accepts an address of that length.
pub const MAX_TOKEN: usize = 2_000;
/// How many characters a token may grow when other parts of the HUD are shown: their flags take one byte or two.
const HUD_PARTS_GROWTH: usize = 2;
/// The first byte of every token that this program makes.
const VERSION: u8 = 2;
/// Length of the checksum in bytes.
const CHECK: usize = 4;

/// A token with a right checksum; its decision is not decoded yet. Contains only letters, digits, `-` and
/// `_`. The token of a request has at most [`MAX_TOKEN`] characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Token {
    text: String,
    decision: Vec<u8>,
    fingerprint: [u8; FINGERPRINT],
}

/// The decision of a workout does not fit into a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a link to this workout would take {characters} characters, and {MAX_TOKEN} are possible: list fewer different \
     exercises, or give fewer of them a length or speed of their own"
)]
pub struct TooLong {
    /// Length of the token that the workout would need.
    pub characters: usize,
}

/// Why a token does not give a workout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The token is cut or altered, or this program never made it (404).
    #[error("the link is incomplete or was altered: copy all of it, or make it anew")]
    Broken,
    /// Another version of the program made the token (404).
    #[error("the link was made by another version of this program: make it anew")]
    OtherVersion,
    /// The token has a right checksum, but a value that no workout may have (422). The text names the value.
    #[error("the link's {0} is out of bounds: make it anew with POST /api/workouts")]
    Impossible(&'static str),
    /// The catalogue gives another workout now, or none (410). The text says why.
    #[error("{0}: make the link anew")]
    Changed(String),
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Token {
    /// Makes the token of a workout.
    pub(super) fn of(decision: &Decision<'_>, plan: &Plan) -> Result<Self, TooLong> {
        let token = Self::new(link_codec::write(decision), fingerprint(plan));
        match token.text.len() {
            characters if characters > MAX_TOKEN => Err(TooLong { characters }),
            _ => Ok(token),
        }
    }

    fn new(decision: Vec<u8>, fingerprint: [u8; FINGERPRINT]) -> Self {
        let mut bytes = vec![VERSION];
        bytes.extend(&decision);
        bytes.extend(fingerprint);
        bytes.extend(check(&bytes));
        Self {
            text: URL_SAFE_NO_PAD.encode(bytes),
            decision,
            fingerprint,
        }
    }

    /// Parses a token and compares its version and checksum. Does not decode the decision.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        if text.len() > MAX_TOKEN + HUD_PARTS_GROWTH {
            return Err(TokenError::Broken);
        }
        // This decoder refuses padding and stray bits, so no two texts give the same bytes.
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Broken)?;
        let (said, sum) = bytes.split_last_chunk::<CHECK>().ok_or(TokenError::Broken)?;
        if check(said) != *sum {
            return Err(TokenError::Broken);
        }
        let (version, rest) = said.split_first().ok_or(TokenError::Broken)?;
        if *version != VERSION {
            return Err(TokenError::OtherVersion);
        }
        let (decision, fingerprint) = rest.split_last_chunk().ok_or(TokenError::Broken)?;
        Ok(Self {
            text: text.to_owned(),
            decision: decision.to_owned(),
            fingerprint: *fingerprint,
        })
    }

    /// The text of the token.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the token of the same workout with other parts of the HUD, or with none. Expects that
    /// [`Self::open`] accepts `self`.
    pub fn with_hud_parts(
        &self,
        hud_parts: HudParts,
        catalogue: &Catalogue,
        loop_lengths: &LoopLengths,
    ) -> Result<Self, TokenError> {
        let mut decision = link_codec::read(&self.decision, catalogue)?;
        let presentation = &mut decision.presentation;
        presentation.hud_parts = hud_parts;
        presentation.profile = presentation.profile.with_hud(hud_parts.any());
        let plan = decision
            .plan(catalogue, loop_lengths, Vec::new())
            .ok_or(TokenError::Impossible("length"))?;
        // The flags may take one byte more than before: `parse` leaves room for it.
        Ok(Self::new(link_codec::write(&decision), fingerprint(&plan)))
    }

    /// Returns the token's plan in another language. Only names and
    /// texts differ. Expects that [`Self::open`] accepts `self`.
    pub fn plan_in(
        &self,
        language: Language,
        catalogue: &Catalogue,
        loop_lengths: &LoopLengths,
    ) -> Result<Plan, TokenError> {
        let mut decision = link_codec::read(&self.decision, catalogue)?;
        decision.presentation.language = language;
        decision
            .plan(catalogue, loop_lengths, Vec::new())
            .ok_or(TokenError::Impossible("length"))
    }

    /// Returns the exercises of the workout, so that the
    /// caller can inspect their clips before [`Self::open`].
    pub fn exercises(&self, catalogue: &Catalogue) -> Result<Vec<ExerciseId>, TokenError> {
        let outline = link_codec::read(&self.decision, catalogue)?.outline;
        let stations = [&outline.warm_up, &outline.circuit, &outline.cool_down];
        let stations = stations.into_iter().flatten();
        Ok(stations.map(|station| station.exercise.id.clone()).collect())
    }

    /// Makes the plan again. It equals the plan for which the token
    /// was made in every interval; otherwise returns an error.
    ///
    /// The plan has no notes, and its renderer is [`RendererChoice::Auto`](super::RendererChoice::Auto),
    /// because notes and renderer belong to the request. The weight is rounded to the gram. The seed is zero
    /// if there was no random choice.
    pub fn open(&self, catalogue: &Catalogue, loop_lengths: &LoopLengths) -> Result<Plan, TokenError> {
        let decision = link_codec::read(&self.decision, catalogue)?;
        // One workout has exactly one link. This refuses other encodings
        // of the same values, such as numbers with leading zeros.
        if link_codec::write(&decision) != self.decision {
            return Err(TokenError::Broken);
        }
        let outline = &decision.outline;
        for station in [&outline.warm_up, &outline.circuit, &outline.cool_down]
            .into_iter()
            .flatten()
        {
            // A known loop length means that the clip was available before. Its prepared loops may still be
            // in the cache, so the link can still work.
            if let Some(reason) = catalogue.unavailable(&station.exercise.id)
                && loop_lengths.get(&station.exercise.id).is_none()
            {
                let name = &station.exercise.name;
                return Err(TokenError::Changed(format!(
                    "{name} is not available at present: {reason}"
                )));
            }
        }
        let plan = decision
            .plan(catalogue, loop_lengths, Vec::new())
            .ok_or(TokenError::Impossible("length"))?;
        if fingerprint(&plan) != self.fingerprint {
            return Err(TokenError::Changed(
                "a name, a side or the length of a clip has changed since the link was made".to_owned(),
            ));
        }
        Ok(plan)
    }
}

impl From<Unreadable> for TokenError {
    fn from(why: Unreadable) -> Self {
        match why {
            Unreadable::Malformed => Self::Broken,
            Unreadable::Impossible(what) => Self::Impossible(what),
            Unreadable::Unknown(id) => Self::Changed(format!(
                "the catalogue no longer has the exercise {}",
                quoted(id.as_str())
            )),
        }
    }
}

/// Returns the checksum of bytes: the first bytes of their BLAKE3 digest.
fn check(bytes: &[u8]) -> [u8; CHECK] {
    let digest = blake3::hash(bytes);
    // A digest has 32 bytes, so `first_chunk` never returns `None`.
    digest
        .as_bytes()
        .first_chunk::<CHECK>()
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::units::Frames;
    use crate::workout::{Language, RendererChoice, WorkoutRequest, link};

    fn shipped() -> Catalogue {
        Catalogue::parse(include_str!("../../exercises.json")).unwrap()
    }

    fn linked(body: &Value) -> (Plan, Token) {
        let request = WorkoutRequest::from_json(body.to_string().as_bytes()).unwrap();
        let (plan, token) = link(&request, &shipped(), &LoopLengths::default(), 5).unwrap();
        (plan, token.unwrap())
    }

    fn opened(token: &Token) -> Result<Plan, TokenError> {
        Token::parse(token.as_str())?.open(&shipped(), &LoopLengths::default())
    }

    #[test]
    fn ordinary_workouts_have_short_links() {
        let lengths = [
            json!({"exercise_names": ["Push-ups", "Air Squat", "Plank"]}),
            json!({}),
            json!({"config": {"target_duration": 180}}),
        ]
        .map(|body| linked(&body).1.as_str().len());
        assert!(lengths[0] < 100 && lengths[2] < 800, "{lengths:?}");
    }

    #[test]
    fn the_same_workout_in_other_words_has_the_same_link() {
        let plain = linked(&json!({"exercise_names": ["Push-ups", "plank"]}));
        let other = linked(
            &json!({"exercises": [{"id": "push-ups", "work_time": 40}, {"id": "PLANK", "speed": 1}],
            "config": {"seed": 99, "rounds": 1, "intensity_levels": ["easy"], "intervals": {"rest_time": 20}}}),
        );
        assert_eq!(plain.1, other.1);
        for renderer in ["graph", "stitch"] {
            let made = linked(&json!({"exercise_names": ["Push-ups", "plank"], "renderer": renderer}));
            assert_eq!(plain.1, made.1, "{renderer}");
        }
        let slower = linked(&json!({"exercise_names": ["Push-ups", "plank"], "config": {"speed": 0.9}}));
        assert_ne!(plain.1, slower.1);
    }

    #[test]
    fn a_link_of_another_version_says_so() {
        let (_, token) = linked(&json!({"exercise_names": ["plank"]}));
        let mut bytes = URL_SAFE_NO_PAD.decode(token.as_str()).unwrap();
        bytes.truncate(bytes.len() - CHECK);
        bytes[0] = VERSION - 1;
        bytes.extend(check(&bytes));
        let older = Token::parse(&URL_SAFE_NO_PAD.encode(bytes));
        assert_eq!(older.unwrap_err(), TokenError::OtherVersion);
    }

    #[test]
    fn links_from_before_there_were_languages_are_english_ones() {
        for (text, body) in [
            (
                "AgDwogQAlgHYBFoD2AQAAAIABXBsYW5rAgpzaWRlLXBsYW5rAJpz6JJEJsqVs5oq_w",
                json!({"exercise_names": ["plank", "side-plank"], "config": {"rounds": 3}}),
            ),
            (
                "AoAG8KIECJYB2ARaAQMBCGluY2h3b3JthAdkAgpsZWctc3dpbmdzBAthcm0tY2lyY2xlcwEHCHB1c2gtdXBzsAlkAJxo5r3u\
                 9SfYUJpZHQ",
                json!({"exercise_names": ["push-ups"], "config": {"show_round": false, "cues": false,
                    "include_warm_up": true, "seed": 7}}),
            ),
        ] {
            let (plan, token) = linked(&body);
            assert_eq!(token.as_str(), text);
            assert_eq!(opened(&token).unwrap().timeline, plan.timeline);
            assert_eq!(plan.language, Language::English);
        }
    }

    #[test]
    fn a_workout_in_another_language_has_its_own_link_and_can_be_told_in_either() {
        // The catalogue has French names for both exercises. The test removes that of the plank.
        let mut file: Value = serde_json::from_str(include_str!("../../exercises.json")).unwrap();
        let exercises = file["exercises"].as_array_mut().unwrap();
        let plank = exercises.iter_mut().find(|e| e["id"] == "plank").unwrap();
        plank["translations"] = json!({});
        let catalogue = Catalogue::parse(&file.to_string()).unwrap();
        let linked = |language: &str| {
            let body = json!({"exercise_names": ["push-ups", "plank"], "config": {"language": language}});
            let request = WorkoutRequest::from_json(body.to_string().as_bytes()).unwrap();
            let (plan, token) = link(&request, &catalogue, &LoopLengths::default(), 5).unwrap();
            (plan, token.unwrap())
        };
        let ((english, one), (french, other)) = (linked("EN"), linked("fr"));
        assert_ne!(one, other);
        assert_ne!(one.fingerprint, other.fingerprint);
        let names = |plan: &Plan| {
            let work = plan.timeline.intervals().iter().filter(|i| i.kind.is_exercise());
            work.map(|i| i.movement.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&english), ["Push-ups", "Plank"]);
        assert_eq!(names(&french), ["Pompes", "Plank"]);
        let told = |token: &Token, language| token.plan_in(language, &catalogue, &LoopLengths::default());
        assert_eq!(told(&one, Language::French).unwrap().timeline, french.timeline);
        assert_eq!(
            told(&other, Language::English).unwrap().timeline,
            english.timeline
        );
        // The fingerprint depends on the language, even if all names are the same.
        let forged = Token::new(other.decision.clone(), one.fingerprint);
        let answer = forged.open(&catalogue, &LoopLengths::default());
        assert!(matches!(answer, Err(TokenError::Changed(_))), "{answer:?}");
    }

    #[test]
    fn a_growing_catalogue_breaks_no_link_and_another_name_does() {
        let (plan, token) = linked(&json!({"config": {"target_duration": 20}}));
        let mut file: Value = serde_json::from_str(include_str!("../../exercises.json")).unwrap();
        let exercises = file["exercises"].as_array_mut().unwrap();
        let mut more = exercises[0].clone();
        (more["id"], more["name"]) = (json!("more"), json!("More"));
        exercises.insert(0, more);
        let grown = Catalogue::parse(&file.to_string()).unwrap();
        let again = token.open(&grown, &LoopLengths::default()).unwrap();
        assert_eq!(again.timeline, plan.timeline);

        let first = plan.timeline.intervals()[0].movement.exercise.clone();
        let exercises = file["exercises"].as_array_mut().unwrap();
        let used = exercises.iter_mut().find(|e| e["id"] == first.as_str()).unwrap();
        used["name"] = json!("Another name");
        let renamed = Catalogue::parse(&file.to_string()).unwrap();
        let answer = token.open(&renamed, &LoopLengths::default());
        assert!(matches!(answer, Err(TokenError::Changed(_))), "{answer:?}");

        file["exercises"]
            .as_array_mut()
            .unwrap()
            .retain(|e| e["id"] != first.as_str());
        let poorer = Catalogue::parse(&file.to_string()).unwrap();
        let answer = token.open(&poorer, &LoopLengths::default()).unwrap_err();
        assert!(answer.to_string().contains(first.as_str()), "{answer}");

        let mut broken = shipped();
        broken.mark_unavailable(first, "its clip is gone".to_owned());
        let answer = token.open(&broken, &LoopLengths::default()).unwrap_err();
        assert!(answer.to_string().contains("its clip is gone"), "{answer}");
    }

    #[test]
    fn a_clip_of_another_length_is_a_change_only_where_speeds_follow_it() {
        let plank = shipped().named("plank").unwrap().id.clone();
        let loop_lengths = LoopLengths::from_iter([(plank, Frames(115))]);
        let (_, fitted) = linked(&json!({"exercise_names": ["plank"]}));
        assert!(matches!(
            fitted.open(&shipped(), &loop_lengths),
            Err(TokenError::Changed(_))
        ));
        let (_, kept) = linked(&json!({"exercise_names": ["plank"], "config": {"fit_reps": false}}));
        assert!(kept.open(&shipped(), &loop_lengths).is_ok());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let all: Vec<String> = shipped()
            .exercises()
            .iter()
            .map(|e| e.id.to_string())
            .cycle()
            .take(900)
            .collect();
        let body = json!({"exercises": all.iter().enumerate().map(|(i, id)| json!({"id": id, "work_time": 1 + i % 2}))
            .collect::<Vec<_>>(), "config": {"intervals": {"rest_time": 0}}});
        let request = WorkoutRequest::from_json(body.to_string().as_bytes()).unwrap();
        let (_, token) = link(&request, &shipped(), &LoopLengths::default(), 5).unwrap();
        assert!(token.unwrap_err().characters > MAX_TOKEN);
    }

    #[test]
    fn other_parts_of_the_hud_fit_into_every_token() {
        let all = (0..16_u8).map(|bits| HudParts {
            timer: bits & 1 > 0,
            progress_bar: bits & 2 > 0,
            exercise_name: bits & 4 > 0,
            round: bits & 8 > 0,
        });
        let (_, token) = linked(&json!({"config": {"target_duration": 10}}));
        let lengths = LoopLengths::default();
        let tokens: Vec<Token> = all
            .map(|parts| token.with_hud_parts(parts, &shipped(), &lengths).unwrap())
            .collect();
        let characters = tokens.iter().map(|token| token.text.len());
        let (least, most) = (characters.clone().min().unwrap(), characters.max().unwrap());
        assert!(
            (1..=HUD_PARTS_GROWTH).contains(&(most - least)),
            "{least} to {most}"
        );
        let text = "A".repeat(MAX_TOKEN + HUD_PARTS_GROWTH + 1);
        assert_eq!(Token::parse(&text), Err(TokenError::Broken));
    }

    #[test]
    fn every_altered_or_cut_token_is_broken() {
        let (_, token) = linked(&json!({"config": {"target_duration": 10}}));
        let text = token.as_str();
        for length in 0..text.len() {
            assert_eq!(Token::parse(&text[..length]), Err(TokenError::Broken), "{length}");
        }
        for place in 0..text.len() {
            let mut altered = text.to_owned();
            let other = if &text[place..=place] == "A" { "B" } else { "A" };
            altered.replace_range(place..=place, other);
            assert_eq!(Token::parse(&altered), Err(TokenError::Broken), "{place}");
        }
        for wrong in [
            "",
            "=",
            "AAAA",
            "é",
            &format!("{text}="),
            &format!("{text}A"),
            &"A".repeat(5000),
        ] {
            assert_eq!(Token::parse(wrong), Err(TokenError::Broken), "{wrong}");
        }
    }

    #[test]
    fn forged_values_are_told_from_altered_ones() {
        let forged = |decision: &[u8]| opened(&Token::new(decision.to_vec(), [0; 8]));
        let plank = [&[0, 1, 0, 5][..], b"plank", &[0]].concat();
        // Flags, 70 kg, no seed, get-ready 5 s, rest 20 s, finish 3 s.
        let head = [&[0][..], &[0xf0, 0xa2, 0x04], &[0, 150, 1, 0xd8, 4, 90]].concat();
        let with = |rounds: u8| [&head[..], &[rounds], &plank].concat();
        assert!(matches!(forged(&with(1)), Err(TokenError::Changed(_))));
        assert_eq!(forged(&with(0)), Err(TokenError::Impossible("rounds")));
        assert_eq!(forged(&with(51)), Err(TokenError::Impossible("rounds")));
        assert_eq!(forged(&[&with(1)[..], &[0]].concat()), Err(TokenError::Broken));
        // A longer encoding of the same number.
        let long = [&[0x80, 0][..], &with(1)[1..]].concat();
        assert_eq!(forged(&long), Err(TokenError::Broken));
        let mut other = vec![VERSION + 1; 20];
        other.extend(check(&other));
        let other = URL_SAFE_NO_PAD.encode(other);
        assert_eq!(Token::parse(&other), Err(TokenError::OtherVersion));
    }

    proptest! {
        #[test]
        fn no_text_and_no_decision_makes_it_panic(text in ".{0,80}", decision: Vec<u8>, fingerprint: [u8; 8]) {
            prop_assert!(Token::parse(&text).is_err());
            let forged = Token::new(decision, fingerprint);
            if forged.as_str().len() <= MAX_TOKEN {
                prop_assert!(opened(&forged).is_err());
            }
        }

        #[test]
        fn a_mutated_decision_is_a_legal_plan_or_a_typed_error(place in 0..60_usize, byte: u8) {
            let (plan, token) = linked(&json!({"exercise_names": ["plank", "side-plank"], "config": {"rounds": 3}}));
            let mut decision = token.decision.clone();
            let place = place % decision.len();
            decision[place] = byte;
            match opened(&Token::new(decision, token.fingerprint)) {
                Ok(same) => prop_assert_eq!(same.timeline, plan.timeline),
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }

        #[test]
        fn what_is_opened_is_what_was_linked(
            seed: u32, minutes in 5..60_u32, weight in 20.0..300.0_f64, speed in 50..=200_u32, flags: [bool; 9],
            choice in 0..3_usize,
        ) {
            let mut body = json!({"renderer": (["auto", "stitch", "graph"][choice]), "config": {
                "target_duration": minutes, "seed": seed, "weight": weight, "speed": f64::from(speed) / 100.0,
                "show_timer": flags[0], "show_progress_bar": flags[1], "show_exercise_name": flags[2],
                "show_round": flags[3], "cues": flags[4], "clip_sound": flags[5], "fit_reps": flags[6],
                "resolution": (["480p", "720p", "1080p"][choice]), "fit": (["cover", "auto", "contain"][choice]),
                "orientation": if flags[0] { "portrait" } else { "landscape" },
                "language": if flags[8] { "fr" } else { "en" }}});
            if flags[7] {
                body["exercise_names"] = json!(["side-plank", "plank", "side-plank"]);
                body["config"]["include_warm_up"] = json!(true);
            }
            let (plan, token) = linked(&body);
            let again = opened(&token).unwrap();
            prop_assert!((again.kcal - plan.kcal).abs() < 0.01);
            let asked = Plan { notes: Vec::new(), kcal: again.kcal, renderer: RendererChoice::Auto, ..plan };
            prop_assert_eq!(asked, again);
        }
    }
}
