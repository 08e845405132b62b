//! The languages in which a workout can be shown.

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
    /// All languages.
    pub const ALL: [Self; 2] = [Self::English, Self::French];
    /// The tags of all languages, for messages.
    pub const TAGS: &'static str = "en, fr";

    /// Returns the two-letter tag (ISO 639-1) that requests, catalogues and HLS (BCP 47) use.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// Returns the three-letter code (ISO 639-2/T) that MP4 uses.
    #[must_use]
    pub fn letters(self) -> [u8; 3] {
        match self {
            Self::English => *b"eng",
            Self::French => *b"fra",
        }
    }

    /// Returns the language for a tag; `None` if the program has no words for it.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// Returns an exercise's name in this language, or its English name if the catalogue has no translation.
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
