//! `virtual-coach prepare`: encodes the loops of exercises in advance, so that no viewer waits for them.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use indicatif::{ProgressBar, ProgressStyle};
use serde::de::DeserializeOwned;

use super::assemble::{self, Lifecycle};
use super::settings::Settings;
use super::{print, serve};
use crate::catalogue::{Catalogue, Exercise};
use crate::render::{LoopName, PrefetchProgress};
use crate::stitch::StitchError;
use crate::workout::{Orientation, Profile, Resolution};

/// Which loops.
#[derive(Debug, Args)]
pub struct PrepareArguments {
    /// Sizes to prepare for; may be given several times.
    #[arg(long, default_value = "720p", value_parser = one_of::<Resolution>(&["480p", "720p", "1080p"]))]
    resolution: Vec<Resolution>,
    /// Shapes to prepare for; may be given several times.
    #[arg(long, default_value = "landscape", value_parser = one_of::<Orientation>(&["landscape", "portrait"]))]
    orientation: Vec<Orientation>,
    /// For videos without the bar (all four `show_...` off), where the exercise takes the whole frame.
    #[arg(long)]
    no_hud: bool,
    /// Names or ids; without any, all that can be shown.
    #[arg(value_name = "EXERCISE")]
    exercises: Vec<String>,
}

/// A parser of values that are spelled as in a workout request.
fn one_of<T: DeserializeOwned + Clone + Send + Sync + 'static>(
    names: &'static [&'static str],
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(names).try_map(|name| serde_json::from_value::<T>(name.into()))
}

impl PrepareArguments {
    fn profiles(&self) -> Vec<Profile> {
        let mut profiles = Vec::new();
        for resolution in &self.resolution {
            for orientation in &self.orientation {
                let profile = Profile::new(*resolution, *orientation, !self.no_hud);
                if !profiles.contains(&profile) {
                    profiles.push(profile);
                }
            }
        }
        profiles
    }

    /// The exercises that the arguments name, or all that can be shown if none is named.
    fn exercises<'a>(&self, catalogue: &'a Catalogue) -> Result<Vec<&'a Exercise>> {
        if self.exercises.is_empty() {
            let all = catalogue.exercises().iter();
            return Ok(all
                .filter(|exercise| catalogue.unavailable(&exercise.id).is_none())
                .collect());
        }
        let named = self.exercises.iter().map(|name| {
            let nearest = match catalogue.find(name) {
                Ok(exercise) => return Ok(exercise),
                Err(nearest) => nearest,
            };
            let advice = match nearest.as_slice() {
                [] => String::new(),
                nearest => format!("; the nearest is {}", nearest.join(", ")),
            };
            bail!("there is no exercise {name:?}{advice}")
        });
        named.collect()
    }
}

pub async fn run(settings: &Settings, arguments: &PrepareArguments) -> Result<ExitCode> {
    let lifetime = Lifecycle::default();
    let done = tokio::select! {
        done = prepare(settings, arguments, &lifetime) => done,
        () = serve::signalled() => Err(anyhow::anyhow!("interrupted; loops that were ready are kept")),
    };
    // In every case: no FFmpeg process may be left behind.
    lifetime.end().await;
    done
}

async fn prepare(
    settings: &Settings,
    arguments: &PrepareArguments,
    lifetime: &Lifecycle,
) -> Result<ExitCode> {
    // Unknown exercise names are reported now, before minutes of work.
    arguments.exercises(&assemble::catalogue(settings)?)?;
    let ffmpeg = assemble::readiness(settings, &Arc::new(assemble::tools(settings, lifetime)))
        .ffmpeg()
        .await;
    if ffmpeg.version.is_none() {
        bail!("FFmpeg does not run: install it, or name the program with --ffmpeg or COACH_FFMPEG");
    }
    let services = assemble::services(settings, lifetime)?;
    let now = services.inspect_clips(settings).await?;
    let renderer = services.renderer.with_clips(&now.library);
    let catalogue = &now.catalogue;
    let exercises = arguments.exercises(catalogue)?;
    let mut unavailable = 0;
    for exercise in &exercises {
        if let Some(reason) = catalogue.unavailable(&exercise.id) {
            print(&format!("{}: {reason}", exercise.id))?;
            unavailable += 1;
        }
    }
    let bar = progress_bar();
    let mut printed = Ok(());
    let report = |name: &LoopName, made: Result<(), &StitchError>, progress: PrefetchProgress| {
        if let Err(error) = made {
            let line = format!("{name}: {error}");
            printed = bar
                .suspend(|| print(&line))
                .and(std::mem::replace(&mut printed, Ok(())));
        }
        bar.set_length(progress.all as u64);
        bar.set_position((progress.prepared + progress.failed) as u64);
        bar.set_message(name.to_string());
    };
    let PrefetchProgress {
        prepared,
        failed,
        all,
        bytes,
    } = renderer.prepare(&exercises, &arguments.profiles(), report).await;
    let took = bar.elapsed();
    bar.finish_and_clear();
    printed?;
    print(&format!(
        "{prepared} of {all} loops are ready, {:.1} MB, after {:.1} s",
        bytes as f64 / 1e6,
        took.as_secs_f64(),
    ))?;
    if bytes > u64::from(settings.cache_mb) << 20 {
        print("that is more than COACH_CACHE_MB: those made first were removed again")?;
    }
    Ok(if failed + unavailable == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A progress bar with the number of prepared loops, the name of the last one, and
/// the remaining time. It is hidden if standard error is not a terminal.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len}  {msg}  {eta} left") {
        bar.set_style(style);
    }
    bar
}
