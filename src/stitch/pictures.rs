//! A plan's coded pictures, one after the other: the exercise from a prepared loop, the HUD below it, and
//! how long it is shown.

use std::sync::Arc;

use bytes::Bytes;

use super::bar::BarCoder;
use super::cuts::Cuts;
use super::loops::{Loops, Source, StitchError};
use super::recipe::Recipe;
use super::run::{Form, Run};
use crate::hud::Hud;
use crate::mp4::AvcConfig;
use crate::units::Ticks;
use crate::workout::Plan;

/// One picture, ready to be put into a fragment.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Its slices above the HUD: shared by all who show it.
    pub exercise: Bytes,
    /// The HUD's slice; empty without a HUD.
    pub hud: Bytes,
    /// How long it is shown.
    pub lasts: Ticks,
    /// Whether nothing before it is needed.
    pub key: bool,
}

/// The pictures of one plan. Holds its loops for as long as it lives.
pub struct Pictures {
    loops: Arc<Loops>,
    /// The recipe of each interval's loop, and the loop as far as it is there.
    shots: Vec<Shot>,
    hud: Option<Hud>,
    bars: Option<BarCoder>,
    config: AvcConfig,
    runs: Vec<Run>,
    cuts: Cuts,
    interval: usize,
    /// The next picture: of the interval's run, and of the workout.
    next: u64,
    shown: u64,
}

/// What an interval shows. Equal shots share a source by index into `sources`.
struct Shot {
    recipe: Recipe,
    source: Source,
}

impl Pictures {
    /// Asks for all loops of a plan in the order they are shown, and waits for the first one's first picture.
    /// `recipes` has one for each interval.
    pub async fn start(
        loops: &Arc<Loops>,
        plan: &Arc<Plan>,
        recipes: Vec<Recipe>,
    ) -> Result<Self, StitchError> {
        let mut shots: Vec<Shot> = Vec::with_capacity(recipes.len());
        let mut config = None;
        for recipe in recipes {
            let same = shots.iter().find(|shot| shot.recipe.same_loop(&recipe));
            let mut source = match same {
                Some(shot) => shot.source.clone(),
                None => loops.get(&recipe).await?,
            };
            if config.is_none() {
                // The viewer waits for this one's first picture: the others must not compete with it.
                source.picture(0).await?;
                config = Some(source.config().await?);
            }
            shots.push(Shot { recipe, source });
        }
        let config = config.ok_or(StitchError::Empty)?;
        let profile = plan.profile;
        let intervals = plan.timeline.intervals().iter();
        let run = |(interval, shot): (_, &Shot)| Run::new(interval, shot.recipe.parts());
        let runs: Vec<Run> = intervals.zip(&shots).map(run).collect();
        let hud = Hud::new(
            Arc::new(plan.timeline.clone()),
            profile,
            plan.shows,
            plan.language,
        );
        Ok(Self {
            loops: Arc::clone(loops),
            cuts: Cuts::new(&runs, hud.is_some()),
            runs,
            hud,
            bars: BarCoder::new(&config, &profile).map_err(super::prepare::PrepareError::from)?,
            shots,
            config,
            interval: 0,
            next: 0,
            shown: 0,
        })
    }

    /// The decoder parameters that all pictures share.
    #[must_use]
    pub fn config(&self) -> &AvcConfig {
        &self.config
    }

    /// The next picture; `None` after the last. Waits only for loops that are still being prepared.
    pub async fn next(&mut self) -> Result<Option<Picture>, StitchError> {
        if self
            .runs
            .get(self.interval)
            .is_some_and(|run| self.next == run.pictures())
        {
            self.interval += 1;
            self.next = 0;
        }
        let Some(run) = self.runs.get(self.interval).copied() else {
            return Ok(None);
        };
        let (number, begins) = (self.next, run.begins(self.next));
        let of_loop = run.of_loop(number);
        let form = self.cuts.form(self.shown, run.begins_part(number));
        let shot = &mut self.shots[self.interval];
        if form != Form::Next && shot.source.renew().is_err() {
            // Another may succeed: FFmpeg was killed, say. A loop that cannot be is refused here.
            shot.source = self.loops.get(&shot.recipe).await?;
        }
        if number == 0 && shot.source.config().await? != self.config {
            // Cannot be with one encoder; a cache that two FFmpegs share would be told apart by digest.
            return Err(StitchError::Config);
        }
        let exercise = match form {
            Form::Restart => shot.source.restart(shot.recipe.parts().index(of_loop)).await?,
            Form::Key | Form::Next => shot.source.picture(of_loop).await?,
        };
        let hud = match (&mut self.hud, &mut self.bars) {
            (Some(hud), Some(bars)) => {
                hud.draw(begins.frame());
                bars.slice(&exercise, hud.bar(), hud.painted())
                    .map_err(super::prepare::PrepareError::from)?
            }
            _ => Bytes::new(),
        };
        self.next += 1;
        self.shown += 1;
        Ok(Some(Picture {
            exercise,
            hud,
            lasts: run.begins(self.next) - begins,
            key: form == Form::Key,
        }))
    }
}
