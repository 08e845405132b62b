//! The table that `doctor` prints: each clip, its facts, how it will be processed, and its faults.
//!
//! This module only builds text from the diagnoses; it inspects nothing.

use std::error::Error as _;
use std::fmt::Write as _;

use super::facts::Facts;
use super::inspect::Clip;
use super::library::Diagnosis;
use crate::units::Seconds;

/// The report: one line for each clip, a line with totals, and a line for each clip that cannot be shown.
#[must_use]
pub fn report(diagnoses: &[Diagnosis]) -> String {
    let rows: Vec<[String; 5]> = diagnoses.iter().map(row).collect();
    let heads = ["exercise", "file", "is", "will be", "state"].map(str::to_owned);
    let widths: Vec<usize> = (0..5)
        .map(|c| {
            rows.iter()
                .chain([&heads])
                .map(|r| r[c].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in [&heads].into_iter().chain(&rows) {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, w)| format!("{cell:w$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    let wrong = diagnoses.iter().filter(|d| d.outcome.is_err()).count();
    // Writing to a `String` cannot fail.
    let _ = write!(text, "\n{} clips, {wrong} wrong", diagnoses.len());
    for diagnosis in diagnoses {
        if let Err(error) = &diagnosis.outcome {
            let cause = error.source().map(|s| format!(" ({s})")).unwrap_or_default();
            let _ = write!(text, "\n- {}: {error}{cause}", diagnosis.exercise);
        }
    }
    text.push('\n');
    text
}

fn row(diagnosis: &Diagnosis) -> [String; 5] {
    let (is, will_be, state) = match &diagnosis.outcome {
        Ok(clip) => (what_it_is(clip), what_is_done(clip), state(clip)),
        Err(_) => (String::new(), String::new(), "unavailable".to_owned()),
    };
    [
        diagnosis.exercise.to_string(),
        diagnosis.file.clone(),
        is,
        will_be,
        state,
    ]
}

fn state(clip: &Clip) -> String {
    let mut words = Vec::new();
    if let Some(Seconds(end)) = clip.breaks_off {
        words.push(format!("breaks off after {end:.2} s; the part before is looped"));
    }
    if let Some(reason) = &clip.facts.silent {
        words.push(format!("silent: {reason}"));
    }
    if words.is_empty() {
        words.push("ok".to_owned());
    }
    words.join("; ")
}

fn what_it_is(clip: &Clip) -> String {
    let Facts { video, sound, .. } = &clip.facts;
    let variable = if video.variable_rate { "about " } else { "" };
    // A still image has no frame rate, whatever the container claims.
    let rate = match video.fps {
        _ if video.still => String::new(),
        fps if fps > 0.0 => format!(" {variable}{} fps,", Trimmed(fps)),
        _ => String::new(),
    };
    let sound = sound.as_ref().map_or("no sound".to_owned(), |s| {
        format!("{} {} Hz {} ch", s.codec, s.rate, s.channels)
    });
    format!(
        "{} {}x{} {}{rate} {}, {sound}",
        video.codec,
        video.width,
        video.height,
        video.pixels,
        if video.still {
            "still".to_owned()
        } else {
            format!("{:.2} s", clip.length.0)
        },
    )
}

/// A number with at most two decimals and without trailing zeros.
struct Trimmed(f64);

impl std::fmt::Display for Trimmed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{:.2}", self.0);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// Aspect ratios (width over height) at which `fit: auto` fills a landscape frame,
/// with or without the HUD, by cutting off at most an eighth of the clip.
const WIDE: std::ops::RangeInclusive<f64> = 1.75..=2.03;

fn what_is_done(clip: &Clip) -> String {
    let video = &clip.facts.video;
    let (width, height) = video.shown_size();
    let mut done = Vec::new();
    if clip.cut {
        done.push("cut to its loop range".to_owned());
    }
    if video.rotation != 0 {
        done.push(format!("rotated by {}°", video.rotation));
    } else if video.turned() {
        done.push("turned upright".to_owned());
    }
    if video.interlaced {
        done.push("deinterlaced".to_owned());
    }
    if video.colours.hdr().is_some() {
        done.push("tone-mapped from HDR".to_owned());
    } else if video.colours.needs_conversion() {
        done.push("its colours converted".to_owned());
    }
    if video.alpha {
        done.push("laid over the backdrop".to_owned());
    } else if !WIDE.contains(&(width / height)) {
        done.push("padded with its own blur".to_owned());
    }
    if video.still {
        // A still image has no frame rate that could be converted.
    } else if video.variable_rate || (video.fps - f64::from(crate::units::FPS)).abs() > 0.01 {
        done.push(format!("brought to {} fps", crate::units::FPS));
    }
    done.push("looped".to_owned());
    done.join(", ")
}
