//! `virtual-coach generate`: a video in a file, by the same engine as the server's.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};

use super::assemble::{self, Lifecycle};
use super::output::Output;
use super::settings::Settings;
use super::{plan, serve};
use crate::render::Renderer;
use crate::stitch::LoopPreparer;
use crate::units::Frames;
use crate::workout::Plan;

/// How long loops that the video was stitched from may take to be checked and kept: a decoding each.
const KEEPING: Duration = Duration::from_secs(5);

pub async fn run(settings: &Settings, request: &Path, output: &Path) -> Result<ExitCode> {
    let lifetime = Lifecycle::default();
    let done = tokio::select! {
        done = make(settings, request, output, &lifetime) => done,
        () = serve::signalled() => Err(anyhow::anyhow!("interrupted; no whole video was written")),
    };
    if let Ok(loop_preparer) = &done {
        // The video is there; its last loops may still have to be checked and kept for the next one.
        tokio::select! {
            _ = tokio::time::timeout(KEEPING, loop_preparer.wait_idle()) => {}
            () = serve::signalled() => {}
        }
    }
    // Whatever happened: no FFmpeg is left behind.
    lifetime.end().await;
    done.map(|_| ExitCode::SUCCESS)
}

async fn make(
    settings: &Settings,
    request: &Path,
    output: &Path,
    lifetime: &Lifecycle,
) -> Result<Arc<LoopPreparer>> {
    // Before minutes of work: the folder must take a file.
    let mut file = Output::at(output)?;
    let ffmpeg = assemble::readiness(settings, &Arc::new(assemble::tools(settings, lifetime)))
        .ffmpeg()
        .await;
    if ffmpeg.version.is_none() {
        bail!("FFmpeg does not run: install it, or name the program with --ffmpeg or COACH_FFMPEG");
    }
    let services = assemble::services(settings, lifetime)?;
    let now = services.inspect_clips(settings).await?;
    let renderer = services.renderer.with_clips(&now.library);
    let config = plan::Config::read(request, settings)?;
    let plan = Arc::new(config.planned(&now.catalogue, &now.lengths)?);
    for note in &plan.notes {
        eprintln!("{note}");
    }
    let bar = progress_bar(plan.length());
    write(&renderer, &plan, &mut file, &bar)
        .await
        .context("the video could not be made")?;
    let name = file.to_string();
    file.finish()
        .await
        .with_context(|| format!("cannot write {name}"))?;
    let length = plan.length().seconds();
    let took = bar.elapsed();
    bar.finish_and_clear();
    eprintln!(
        "{name}: {length} in {:.1} s, {:.1} times as fast as it plays; seed {}",
        took.as_secs_f64(),
        speed(plan.length(), took.as_secs_f64()),
        plan.seed,
    );
    Ok(services.loop_preparer)
}

async fn write(renderer: &Renderer, plan: &Arc<Plan>, file: &mut Output, bar: &ProgressBar) -> Result<()> {
    let mut rendering = renderer.start(Arc::clone(plan)).await?;
    while let Some(bytes) = rendering.next().await {
        file.write(bytes?).await?;
        let made = rendering.rendered();
        bar.set_position(made.0);
        bar.set_message(format!("{:.1}x", speed(made, bar.elapsed().as_secs_f64())));
    }
    Ok(())
}

/// Seconds of video made in a second.
fn speed(made: Frames, took: f64) -> f64 {
    made.seconds().0 / took.max(0.001)
}

/// Percent, speed against playback, time left; silent when standard error is no terminal.
fn progress_bar(length: Frames) -> ProgressBar {
    let bar = ProgressBar::new(length.0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}  {eta} left") {
        bar.set_style(style);
    }
    bar
}
