//! The notes of a plan as a header: a video has no other place for them.

use axum::http::{HeaderName, HeaderValue};

use crate::workout::Note;

/// What was decided that the client may not expect, such as a misspelt field that was ignored.
pub const WORKOUT_NOTES: HeaderName = HeaderName::from_static("x-workout-notes");

/// Longest value, in bytes: proxies bound all headers of an answer together, some at 4 KiB.
const LONGEST: usize = 1024;
/// Room for the last entry, which counts those that did not fit.
const COUNT: usize = 32;

/// The sentences of notes, divided by commas and each percent-encoded where a header or the division would
/// suffer; so `value.split(",").map(decodeURIComponent)` reads it, and so do people. `None` without notes.
#[must_use]
pub fn header(notes: &[Note]) -> Option<HeaderValue> {
    let mut value = String::new();
    for (index, note) in notes.iter().enumerate() {
        let note = encoded(&note.text);
        if value.len() + note.len() + 1 > LONGEST - COUNT {
            join(&mut value, &format!("{} more notes", notes.len() - index));
            break;
        }
        join(&mut value, &note);
    }
    if value.is_empty() {
        return None;
    }
    // Printable ASCII only, by the encoding: always a legal header.
    HeaderValue::from_str(&value).ok()
}

fn join(value: &mut String, entry: &str) {
    if !value.is_empty() {
        value.push(',');
    }
    value.push_str(entry);
}

fn encoded(note: &str) -> String {
    let mut described = String::new();
    for byte in note.bytes() {
        match byte {
            b'%' | b',' => described.push_str(&format!("%{byte:02X}")),
            b' '..=b'~' => described.push(byte.into()),
            _ => described.push_str(&format!("%{byte:02X}")),
        }
    }
    described
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::workout::{NoteCode, Values};

    fn noted(texts: &[impl AsRef<str>]) -> Vec<Note> {
        let noted = |text: &str| Note {
            code: NoteCode::IgnoredField,
            values: Values::new(),
            text: text.to_owned(),
        };
        texts.iter().map(|text| noted(text.as_ref())).collect()
    }

    fn described(notes: &[&str]) -> Option<String> {
        header(&noted(notes)).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn people_can_read_them() {
        assert_eq!(described(&[]), None);
        assert_eq!(
            described(&["ignored: /config/sped", "no café, 5 % less\n"]).unwrap(),
            "ignored: /config/sped,no caf%C3%A9%2C 5 %25 less%0A"
        );
    }

    #[test]
    fn those_that_do_not_fit_are_counted() {
        let long = "x".repeat(300);
        let value = described(&[&long, &long, &long, &long, &long]).unwrap();
        assert!(value.ends_with("x,2 more notes"), "{value}");
        assert_eq!(described(&["y".repeat(5000).as_str()]).unwrap(), "1 more notes");
    }

    proptest! {
        #[test]
        fn whatever_the_notes_the_header_is_legal_and_bounded(notes: Vec<String>) {
            prop_assume!(notes.iter().any(|note| !note.is_empty()));
            let value = header(&noted(&notes)).expect("a header");
            prop_assert!(value.len() <= LONGEST);
            prop_assert!(value.to_str().is_ok());
        }
    }
}
