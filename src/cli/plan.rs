//! `virtual-coach plan`: prints the timeline of a workout as a table or as JSON. It makes
//! no video; it inspects the clips only if their lengths matter for the plan.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::assemble::Lifecycle;
use super::settings::Settings;
use super::{assemble, print};
use crate::catalogue::{Catalogue, Exercise, LoopLengths};
use crate::clip::{ClipError, Depth, Diagnosis, Library};
use crate::http::problem::{Fault, Problem};
use crate::http::workouts::fresh_seed;
use crate::workout::{self, Plan, WorkoutRequest};

/// Width in characters of the one-line diagram of the timeline: fits any terminal.
const STRIP_WIDTH: usize = 78;

pub async fn run(settings: &Settings, request: &Path, json: bool) -> Result<ExitCode> {
    let catalogue = assemble::catalogue(settings)?;
    let config = Config::read(request, settings)?;
    let mut plan = config.planned(&catalogue, &LoopLengths::default())?;
    if config.request.fits_reps() {
        let loop_lengths = loop_lengths_of(&plan, &catalogue, settings).await;
        plan = config.planned(&catalogue, &loop_lengths)?;
    }
    if json {
        print(&serde_json::to_string_pretty(&plan.view())?)?;
    } else {
        let table = workout::table(&plan);
        print(&format!(
            "{}
{}",
            table.trim_end(),
            workout::strip(&plan, STRIP_WIDTH)
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The lengths of the loops that a plan shows. The choice of exercises does not depend on these
/// lengths, but the speeds do. Clips that cannot be inspected are reported on standard error.
async fn loop_lengths_of(plan: &Plan, catalogue: &Catalogue, settings: &Settings) -> LoopLengths {
    let shown = plan.timeline.intervals().iter().map(|i| &i.movement.exercise);
    let shown: HashSet<_> = shown.collect();
    let all = catalogue.exercises().iter();
    let exercises: Vec<Exercise> = all.filter(|e| shown.contains(&e.id)).cloned().collect();
    let lifetime = Lifecycle::default();
    let inspector = assemble::inspector(settings, &Arc::new(assemble::tools(settings, &lifetime)));
    let clips = Library::inspect(&exercises, &inspector, Depth::First).await;
    lifetime.end().await;
    for complaint in complaints(&clips) {
        eprintln!("virtual-coach: {complaint}");
    }
    let lengths = clips.iter().filter_map(|clip| {
        let frames = clip.outcome.as_ref().ok()?.frames();
        Some((clip.exercise.clone(), frames))
    });
    lengths.collect()
}

/// The message for the case that no clip can be inspected.
const NO_FFMPEG: &str = "FFmpeg cannot be run, so the clips' lengths are not known: speeds are shown as asked \
    for, without the 5 % by which a video's may differ (fit_reps). Install it, or name the programs with \
    --ffmpeg and --ffprobe";

/// One sentence for each clip without a length, and a single one for all clips if FFmpeg is missing.
fn complaints(clips: &[Diagnosis]) -> Vec<String> {
    let mut described = Vec::new();
    let mut no_ffmpeg = false;
    for clip in clips {
        match &clip.outcome {
            Ok(_) => {}
            Err(ClipError::Tools(_)) => no_ffmpeg = true,
            Err(error) => described.push(format!(
                "{}: {error}: its speed is shown as asked for, but no video can show it",
                clip.exercise
            )),
        }
    }
    described.extend(no_ffmpeg.then(|| NO_FFMPEG.to_owned()));
    described
}

/// A workout request that was read from a file, with the file's name,
/// and a seed for requests without a seed of their own.
pub struct Config {
    name: String,
    request: WorkoutRequest,
    fresh_seed: u64,
}

impl Config {
    /// Reads a request from a file, or from standard input for `-`.
    pub fn read(file: &Path, settings: &Settings) -> Result<Self> {
        let name = if file == Path::new("-") {
            "standard input".to_owned()
        } else {
            file.display().to_string()
        };
        let body = read(file, settings.max_body.into()).with_context(|| format!("cannot read {name}"))?;
        match WorkoutRequest::from_json(&body) {
            Ok(request) => Ok(Self {
                name,
                request,
                fresh_seed: fresh_seed(),
            }),
            Err(error) => bail!("{name}: {}", described(&error.into())),
        }
    }

    /// Plans the workout, each time with the same seed. The error names every mistake in the request.
    pub fn planned(&self, catalogue: &Catalogue, loop_lengths: &LoopLengths) -> Result<Plan> {
        workout::plan(&self.request, catalogue, loop_lengths, self.fresh_seed)
            .map_err(|error| anyhow::anyhow!("{}: {}", self.name, described(&error.into())))
    }
}

fn read(request: &Path, limit: u64) -> Result<Vec<u8>> {
    let source: Box<dyn Read> = match request.to_str() {
        Some("-") => Box::new(std::io::stdin()),
        _ => Box::new(std::fs::File::open(request)?),
    };
    let mut body = Vec::new();
    source.take(limit + 1).read_to_end(&mut body)?;
    if body.len() as u64 > limit {
        bail!("it is longer than {limit} bytes");
    }
    Ok(body)
}

/// The text that a client of the API would read: every mistake with its JSON pointer, or the single sentence.
fn described(problem: &Problem) -> String {
    let line = |fault: &Fault| match fault.pointer.as_deref() {
        Some(pointer) if !pointer.is_empty() => format!("{pointer}: {}", fault.detail),
        _ => fault.detail.clone(),
    };
    match problem.errors.as_slice() {
        [] => problem.detail.to_string(),
        [only] => line(only),
        all => {
            let lines: Vec<String> = all.iter().map(line).collect();
            format!("{} mistakes\n  {}", all.len(), lines.join("\n  "))
        }
    }
}
