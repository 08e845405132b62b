//! Captions -> a WebVTT file (W3C).

use super::Caption;
use crate::units::{FPS, Frames};

/// Returns a WebVTT file of the captions. The function escapes
/// each text; each non-empty line of a text stays one line.
#[must_use]
pub fn webvtt(captions: &[Caption]) -> String {
    let mut file = "WEBVTT\n".to_owned();
    for (index, caption) in captions.iter().enumerate() {
        file.push_str(&format!(
            "\n{}\n{} --> {}\n{}\n",
            index + 1,
            timestamp(caption.start),
            timestamp(caption.end),
            escaped(&caption.text)
        ));
    }
    file
}

/// Formats an instant as `00:01:05.033`, rounded to the nearest millisecond. A frame is longer than a
/// millisecond, so two frames never have the same timestamp.
fn timestamp(at: Frames) -> String {
    let milliseconds = (at.0 * 1000 + u64::from(FPS) / 2) / u64::from(FPS);
    let seconds = milliseconds / 1000;
    format!(
        "{:02}:{:02}:{:02}.{:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        milliseconds % 1000
    )
}

/// Escapes markup and the arrow `-->`. Removes empty lines, because an empty line would end the caption.
fn escaped(text: &str) -> String {
    let lines = text.split(['\n', '\r']).filter(|line| !line.trim().is_empty());
    let lines: Vec<String> = lines
        .map(|line| {
            line.replace('\0', "\u{fffd}")
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
        })
        .collect();
    if lines.is_empty() {
        "…".to_owned()
    } else {
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_break_the_file() {
        let caption = |text: &str| Caption {
            start: Frames(1),
            end: Frames(108_030),
            text: text.to_owned(),
        };
        let file = webvtt(&[
            caption("<b>a & b --> c\n\n\r\n2\n00:00 --> 00:01\nx"),
            caption("\n"),
        ]);
        assert_eq!(
            file,
            "WEBVTT\n\n1\n00:00:00.033 --> 01:00:01.000\n&lt;b&gt;a &amp; b --&gt; c\n2\n00:00 --&gt; 00:01\nx\n\
             \n2\n00:00:00.033 --> 01:00:01.000\n…\n"
        );
    }
}
