//! The languages that a workout can be told in.

use serde::{Deserialize, Serialize};

use crate::catalogue::Exercise;

/// What the video itself says, and all texts of the workout, are in this language.
///
/// The catalogue may have translations into others; only for these does the program have words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// French.
    #[serde(rename = "fr")]
    French,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::French];
    /// The tags of all of them, for messages.
    pub const TAGS: &'static str = "en, fr";

    /// Two letters (ISO 639-1), as requests, catalogues, and HLS (BCP 47) have it.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// Three letters (ISO 639-2/T), as MP4 has it.
    #[must_use]
    pub fn letters(self) -> [u8; 3] {
        match self {
            Self::English => *b"eng",
            Self::French => *b"fra",
        }
    }

    /// The language of a tag.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// What an exercise is called: by its translation, or in English where the catalogue has none.
    #[must_use]
    pub fn name_of(self, exercise: &Exercise) -> &str {
        exercise
            .translations
            .get(self.tag())
            .map_or(&exercise.name, |translation| &translation.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_read_as_it_is_written() {
        for language in Language::ALL {
            assert_eq!(serde_json::to_value(language).unwrap(), language.tag());
            assert_eq!(Language::of_tag(language.tag()), Some(language));
            assert!(Language::TAGS.contains(language.tag()));
        }
        assert_eq!(Language::of_tag("de"), None);
    }
}
