//! Encodes the notes of a plan as a response header.
//!
//! For responses whose body is a video and has no place for notes, and for new links. JSON bodies carry the
//! complete notes, which the header may shorten.

use axum::http::{HeaderName, HeaderValue};

use crate::workout::Note;

/// The header of the notes: decisions that the client may not expect, such as a
/// misspelt field that was ignored.
pub const WORKOUT_NOTES: HeaderName = HeaderName::from_static("x-workout-notes");

/// Longest value, in bytes. Proxies bound all headers of a response together, some of them at 4 KiB.
const LONGEST: usize = 1024;
/// Bytes that are reserved for the last entry, which counts the notes that did not fit.
const COUNT: usize = 32;

/// Encodes the sentences of the notes, separated by commas. A byte that is not allowed in a header, a comma
/// and a percent sign are percent-encoded. `value.split(",").map(decodeURIComponent)` decodes the header, and
/// people can read it as it is. `None` if there are no notes.
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
    // The encoding leaves only printable ASCII, so the value is always a legal header.
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
