//! `virtual-coach plan`: the timeline of a workout, on paper.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::settings::Settings;
use super::{assemble, print};
use crate::catalogue::Catalogue;
use crate::http::problem::{Fault, Problem};
use crate::http::workouts::fresh_seed;
use crate::workout::{self, Plan, WorkoutRequest};

/// Width of the one-line picture, in characters: fits any terminal.
const STRIP_WIDTH: usize = 78;

pub fn run(settings: &Settings, request: &Path, json: bool) -> Result<ExitCode> {
    let catalogue = assemble::catalogue(settings)?;
    let plan = planned(request, settings, &catalogue)?;
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

/// Reads a config and plans it; the error names every mistake in it.
pub fn planned(request: &Path, settings: &Settings, catalogue: &Catalogue) -> Result<Plan> {
    let name = if request == Path::new("-") {
        "standard input".to_owned()
    } else {
        request.display().to_string()
    };
    let body = read(request, settings.max_body.into()).with_context(|| format!("cannot read {name}"))?;
    let checked = WorkoutRequest::from_json(&body)
        .map_err(Problem::from)
        .and_then(|request| Ok(workout::plan(&request, catalogue, fresh_seed())?));
    checked.map_err(|problem| anyhow::anyhow!("{name}: {}", told(&problem)))
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

/// The words that a client of the API would read: every mistake with its place, or the one sentence.
fn told(problem: &Problem) -> String {
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
