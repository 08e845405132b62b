//! `virtual-coach doctor`: checks FFmpeg, the cache folder and every clip, and prints
//! how each clip will be processed and what is wrong. It changes no clip.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use super::assemble::Lifecycle;
use super::settings::Settings;
use super::{assemble, print};
use crate::clip::{Depth, Library, ProbeCache, report};
use crate::http::ready::ToolReport;
use crate::render::trial_render;

/// Maximum time for the trial of FFmpeg, which takes some seconds on a busy machine.
const TRIAL: Duration = Duration::from_secs(120);

pub async fn run(settings: &Settings) -> Result<ExitCode> {
    let tools = Arc::new(assemble::tools(settings, &Lifecycle::default()));
    let readiness = assemble::readiness(settings, &tools);
    let ((ffmpeg, ffprobe), cache) = tokio::join!(readiness.tools(TRIAL), readiness.cache());
    print(&format!("ffmpeg   {}", described(&ffmpeg, "COACH_FFMPEG")))?;
    print(&format!("ffprobe  {}", described(&ffprobe, "COACH_FFPROBE")))?;
    let word = if cache.ok {
        "can be written"
    } else {
        "cannot be written: is the disk full, is COACH_CACHE a folder of yours?"
    };
    print(&format!("cache    {word}"))?;
    let catalogue = assemble::catalogue(settings)?;
    // The probe cache is used because a clip may pass the inspection although a
    // server could prepare no loop from it; the cache knows such clips.
    let probe_cache = ProbeCache::open(&settings.cache, &tools).await;
    let trial = trial_render(assemble::rendering(settings, Arc::clone(&tools)));
    let inspector = assemble::inspector(settings, &tools)
        .with_probe_cache(probe_cache)
        .with_trial_render(trial);
    let clips = Library::inspect(catalogue.exercises(), &inspector, Depth::Whole).await;
    print(&format!("\n{}", report(&clips).trim_end()))?;
    let broken = clips.iter().filter(|clip| clip.outcome.is_err()).count();
    let healthy = ffmpeg.ok && ffprobe.ok && cache.ok && broken == 0;
    Ok(if healthy {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn described(tool: &ToolReport, variable: &str) -> String {
    match &tool.version {
        None => format!("does not run: install FFmpeg, or name the program with {variable}"),
        Some(version) if tool.missing.is_empty() => format!("{version}, has all that is needed"),
        Some(version) => format!("{version}, lacks {}", tool.missing.join(", ")),
    }
}
