//! `virtual-coach doctor`: what there is, what will be done to it, and what is wrong.

use std::process::ExitCode;

use anyhow::Result;

use super::settings::Settings;
use super::{assemble, print};
use crate::clip::{self, Inspection};
use crate::http::ready::{Readiness, ToolReport};

pub async fn run(settings: &Settings) -> Result<ExitCode> {
    let readiness = Readiness::new(
        settings.ffmpeg.clone(),
        settings.ffprobe(),
        settings.cache.clone(),
    );
    let (ffmpeg, ffprobe) = tokio::join!(readiness.ffmpeg(), readiness.ffprobe());
    print(&format!("ffmpeg   {}", told(&ffmpeg, "COACH_FFMPEG")))?;
    print(&format!("ffprobe  {}", told(&ffprobe, "COACH_FFPROBE")))?;
    let catalogue = assemble::catalogue(settings)?;
    let clips = clip::inspect_all(&assemble::tools(settings), &settings.videos, &catalogue).await;
    let broken = clips.iter().filter(|clip| clip.fault.is_some()).count();
    print(&format!(
        "\n{}\n\n{} clips, {broken} of them with a fault",
        table(&clips),
        clips.len()
    ))?;
    let healthy = ffmpeg.ok && ffprobe.ok && broken == 0;
    Ok(if healthy {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn told(tool: &ToolReport, variable: &str) -> String {
    match &tool.version {
        None => format!("does not run: install FFmpeg, or name the program with {variable}"),
        Some(version) if tool.missing.is_empty() => format!("{version}, has all that is needed"),
        Some(version) => format!("{version}, lacks {}", tool.missing.join(", ")),
    }
}

/// Columns as wide as their widest cell; the last one is free.
fn table(clips: &[Inspection]) -> String {
    let head = ["exercise", "file", "is", "will be"].map(str::to_owned);
    let rows: Vec<[String; 4]> = std::iter::once(head)
        .chain(clips.iter().map(|clip| {
            let last = match &clip.fault {
                Some(fault) => format!("UNAVAILABLE: {fault}"),
                None => clip.treatment.clone(),
            };
            [
                clip.exercise.to_string(),
                clip.file.clone(),
                clip.facts.clone(),
                last,
            ]
        }))
        .collect();
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths = [width(0), width(1), width(2)];
    let lines: Vec<String> = rows
        .iter()
        .map(|[a, b, c, d]| {
            let [x, y, z] = widths;
            format!("{a:x$}  {b:y$}  {c:z$}  {d}").trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::ExerciseId;

    #[test]
    fn the_table_lines_up_and_shouts_faults() {
        let clip = |id, file: &str, facts: &str, treatment: &str, fault: Option<&str>| Inspection {
            exercise: ExerciseId::new(id).unwrap(),
            file: file.to_owned(),
            facts: facts.to_owned(),
            treatment: treatment.to_owned(),
            fault: fault.map(str::to_owned),
        };
        let table = table(&[
            clip("push-ups", "push-ups.mp4", "1280x720 30 fps h264", "looped", None),
            clip("plank", "plank.mov", "", "", Some("the file is cut short")),
        ]);
        insta::assert_snapshot!(table);
    }
}
