//! `virtual-coach generate`: writes a video to a file, with the same renderer as the server.

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

/// Maximum time to check and store the loops from which the video was
/// stitched. Each of them is decoded once for its check.
const KEEPING: Duration = Duration::from_secs(5);

pub async fn run(settings: &Settings, request: &Path, output: &Path) -> Result<ExitCode> {
    let lifetime = Lifecycle::default();
    let done = tokio::select! {
        done = make(settings, request, output, &lifetime) => done,
        () = serve::signalled() => Err(anyhow::anyhow!("interrupted; no whole video was written")),
    };
    if let Ok(loop_preparer) = &done {
        // The video is complete. Its last loops may still have to be checked and stored for the next video.
        tokio::select! {
            _ = tokio::time::timeout(KEEPING, loop_preparer.wait_idle()) => {}
            () = serve::signalled() => {}
        }
    }
    // In every case: no FFmpeg process may be left behind.
    lifetime.end().await;
    done.map(|_| ExitCode::SUCCESS)
}

async fn make(
    settings: &Settings,
    request: &Path,
    output: &Path,
    lifetime: &Lifecycle,
) -> Result<Arc<LoopPreparer>> {
    // The output is opened before minutes of work, so that a folder that cannot be written is noticed first.
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

/// Seconds of video made per second, that is, speed as a multiple of real time.
fn speed(made: Frames, took: f64) -> f64 {
    made.seconds().0 / took.max(0.001)
}

/// A progress bar with the percentage, the speed as a multiple of playback, and
/// the remaining time. It is hidden if standard error is not a terminal.
fn progress_bar(length: Frames) -> ProgressBar {
    let bar = ProgressBar::new(length.0);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}  {eta} left") {
        bar.set_style(style);
    }
    bar
}
