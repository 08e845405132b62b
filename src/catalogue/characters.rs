//! Invisible characters, which a name must not contain.
//!
//! For all code that accepts names: the catalogue, requests, downloads. A character that changes the
//! direction of writing makes a name look like another one, in a file list and on the screen. A character
//! without width makes two different names look the same.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// Returns the first invisible character of a text, if there is one.
pub(crate) fn invisible(text: &str) -> Option<char> {
    text.chars().find(|&c| is_invisible(c))
}

/// Whether a character is a control character, or invisible on its own.
fn is_invisible(c: char) -> bool {
    match c {
        // Joiners are part of the spelling of Persian and Hindi, and of emoji.
        '\u{200c}' | '\u{200d}' => false,
        // Blank characters with other Unicode categories than those below: the fillers of Hangul, the empty
        // Braille cell, the grapheme joiner.
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' => true,
        _ => matches!(
            c.general_category(),
            GeneralCategory::Control
                // Directions of writing, characters without width, tags.
                | GeneralCategory::Format
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        ),
    }
}

/// Returns the text with escapes in place of invisible characters, so that it can be shown and logged.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars() {
        if is_invisible(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The name of a character in messages: `U+202E`.
pub(crate) fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_found_and_every_script_and_emoji_is_let_be() {
        let bidi = ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}');
        let marks = ['\u{200e}', '\u{200f}', '\u{61c}'];
        let others = [
            '\0',
            '\n',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{200b}',
            '\u{2028}',
            '\u{2029}',
            '\u{2060}',
            '\u{feff}',
            '\u{3164}',
            '\u{e0041}',
        ];
        for c in bidi.chain(marks).chain(others) {
            assert_eq!(invisible(&format!("a{c}b")), Some(c), "{}", code_point(c));
        }
        for name in [
            "Push-ups",
            "E\u{301}tirement",
            "深蹲",
            "תרגיל",
            "می\u{200c}خواهم",
            "🏋️\u{200d}♀️ Press",
            "Pompes\u{a0}: 10",
        ] {
            assert_eq!(invisible(name), None, "{name}");
        }
        assert_eq!(code_point('\u{202e}'), "U+202E");
        assert_eq!(visible("a\u{202e}é\n"), "a\\u{202e}é\\n");
    }
}
