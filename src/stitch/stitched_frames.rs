//! The coded frames of a plan in order: for each frame the exercise slices from a
//! prepared loop, the HUD slice, and the duration.
//!
//! For streams, which begin while loops are still being prepared. [`StitchedVideo`](super::StitchedVideo)
//! gives the same frames in any order, but needs all loops first. This module writes no MP4.

use std::sync::Arc;

use bytes::Bytes;

use super::hud_slice::HudSliceEncoder;
use super::loop_preparer::LoopPreparer;
use super::loop_request::LoopRequest;
use super::loop_source::{LoopSource, StitchError};
use super::playback::{FrameForm, Playback};
use super::queue::Urgency;
use super::recipe::Recipe;
use super::segmentation::Segmentation;
use crate::hud::Hud;
use crate::mp4::AvcConfig;
use crate::units::Ticks;
use crate::workout::Plan;

/// One frame, ready to be put into a fragment.
#[derive(Debug, Clone)]
pub struct StitchedFrame {
    /// The slices above the HUD, shared by all viewers of the loop.
    pub exercise: Bytes,
    /// The HUD slice. Empty without a HUD.
    pub hud: Bytes,
    /// How long the frame is shown.
    pub lasts: Ticks,
    /// Whether the frame needs no earlier frame: a keyframe.
    pub key: bool,
}

/// The frames of one plan. Holds the loops that it has asked for as long as it lives.
pub struct StitchedFrames {
    request: LoopRequest,
    /// Each different loop once, in the order in which they are first shown.
    loops: Vec<PlannedLoop>,
    /// For each interval, the index of its loop in `loops`.
    loop_of_interval: Vec<usize>,
    hud: Option<Hud>,
    encoder: Option<HudSliceEncoder>,
    config: AvcConfig,
    playbacks: Vec<Playback>,
    segmentation: Segmentation,
    interval: usize,
    /// Number of the next frame: `next` counts in the playback of the interval, `shown` in the workout.
    next: u64,
    shown: u64,
}

/// A loop, and its source once it was asked for.
struct PlannedLoop {
    recipe: Recipe,
    source: Option<LoopSource>,
}

impl StitchedFrames {
    /// Asks for the first loop of a plan and waits for its first frame. Then asks for the next loops. The
    /// others are asked for as their intervals come near. `recipes` has one recipe for each interval.
    ///
    /// Fails if one of the loops is known to be impossible, or if
    /// there is no room in the queue for the first loop.
    pub async fn start(
        preparer: &Arc<LoopPreparer>,
        plan: &Arc<Plan>,
        recipes: Vec<Recipe>,
    ) -> Result<Self, StitchError> {
        let request = preparer.request();
        let mut planned: Vec<PlannedLoop> = Vec::new();
        let mut loop_of_interval = Vec::with_capacity(recipes.len());
        for recipe in recipes {
            let same = planned.iter().position(|known| known.recipe.same_loop(&recipe));
            loop_of_interval.push(same.unwrap_or(planned.len()));
            if same.is_none() {
                let source = None;
                planned.push(PlannedLoop { recipe, source });
            }
        }
        let first = planned.first_mut().ok_or(StitchError::Empty)?;
        let mut source = request.get(&first.recipe, Urgency::Now, 0).await?;
        // The viewer waits for this first frame, so no other loop of the plan may compete with it.
        source.frame(0).await?;
        let config = source.config().await?;
        first.source = Some(source);
        for PlannedLoop { recipe, .. } in &planned {
            request.check(recipe).await?;
        }
        let profile = plan.profile;
        let intervals = plan.timeline.intervals().iter();
        let playback = |(interval, of): (_, &usize)| Playback::new(interval, planned[*of].recipe.gops());
        let playbacks: Vec<Playback> = intervals.zip(&loop_of_interval).map(playback).collect();
        let hud = Hud::new(
            Arc::new(plan.timeline.clone()),
            profile,
            plan.hud_parts,
            plan.language,
        );
        let mut frames = Self {
            request,
            segmentation: Segmentation::new(&playbacks, hud.is_some()),
            playbacks,
            hud,
            encoder: HudSliceEncoder::new(&config, &profile).map_err(super::prepare::PrepareError::from)?,
            loops: planned,
            loop_of_interval,
            config,
            interval: 0,
            next: 0,
            shown: 0,
        };
        frames.ask_ahead().await;
        Ok(frames)
    }

    /// Asks for the next loops that were not asked for yet, as many as a request may have in the queue. If a
    /// loop is refused now, for example because the queue is full, it is asked for again when the next
    /// interval begins. It is an error only when the loop is needed.
    async fn ask_ahead(&mut self) {
        let mut coming: Vec<usize> = Vec::new();
        for &of in &self.loop_of_interval[self.interval..] {
            if coming.len() > self.request.at_once() {
                break;
            }
            if !coming.contains(&of) {
                coming.push(of);
            }
        }
        for of in coming {
            let PlannedLoop { recipe, source } = &mut self.loops[of];
            if source.is_none() {
                match self.request.get(recipe, Urgency::Later, of).await {
                    Ok(found) => *source = Some(found),
                    Err(error) => return tracing::debug!(%error, "a loop was not asked for ahead"),
                }
            }
        }
    }

    /// Gets the loop of an interval that begins. The stream waits for it, so it becomes urgent.
    async fn begin(&mut self, of: usize) -> Result<(), StitchError> {
        let PlannedLoop { recipe, source } = &mut self.loops[of];
        match source {
            Some(source) => source.needed_now(),
            None => *source = Some(self.request.wait_for(recipe, Urgency::Now, of).await?),
        }
        self.ask_ahead().await;
        Ok(())
    }

    /// The decoder parameters that all frames share.
    #[must_use]
    pub fn config(&self) -> &AvcConfig {
        &self.config
    }

    /// The next frame; `None` after the last. Waits only for loops that are still being prepared.
    pub async fn next(&mut self) -> Result<Option<StitchedFrame>, StitchError> {
        if self
            .playbacks
            .get(self.interval)
            .is_some_and(|playback| self.next == playback.frames())
        {
            self.interval += 1;
            self.next = 0;
        }
        let Some(playback) = self.playbacks.get(self.interval).copied() else {
            return Ok(None);
        };
        let (number, begins) = (self.next, playback.begins(self.next));
        let loop_frame = playback.loop_frame(number);
        let form = self.segmentation.form(self.shown, playback.begins_gop(number));
        let of = self.loop_of_interval[self.interval];
        if number == 0 {
            self.begin(of).await?;
        }
        let PlannedLoop { recipe, source } = &mut self.loops[of];
        // The source exists: the interval has begun.
        let source = source.as_mut().ok_or(StitchError::Empty)?;
        if form != FrameForm::Predicted && source.renew().is_err() {
            // The preparation ended without a loop. Another one may succeed, for example if FFmpeg was
            // killed. If the loop is unfit, `wait_for` returns the error.
            *source = self.request.wait_for(recipe, Urgency::Now, of).await?;
        }
        if number == 0 && source.config().await? != self.config {
            // This should not happen: one FFmpeg writes the same avcC for all loops, and loops of another
            // FFmpeg version in a shared cache have other digests.
            return Err(StitchError::Config);
        }
        let exercise = match form {
            FrameForm::Restart => source.restart(recipe.gops().index(loop_frame)).await?,
            FrameForm::Key | FrameForm::Predicted => source.frame(loop_frame).await?,
        };
        let hud = match (&mut self.hud, &mut self.encoder) {
            (Some(hud), Some(encoder)) => {
                hud.draw(begins.frame());
                encoder
                    .slice(&exercise, hud.bar(), hud.painted())
                    .map_err(super::prepare::PrepareError::from)?
            }
            _ => Bytes::new(),
        };
        self.next += 1;
        self.shown += 1;
        Ok(Some(StitchedFrame {
            exercise,
            hud,
            lasts: playback.begins(self.next) - begins,
            key: form == FrameForm::Key,
        }))
    }
}
