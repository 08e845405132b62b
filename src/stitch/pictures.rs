//! A plan's coded pictures, one after the other: the exercise from a prepared loop, the HUD below it, and
//! how long it is shown.

use std::sync::Arc;

use bytes::Bytes;

use super::bar::{BarCoder, Place};
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
    plan: Arc<Plan>,
    /// The recipe of each interval's loop, and the loop as far as it is there.
    shots: Vec<Shot>,
    hud: Option<Hud>,
    bars: Option<BarCoder>,
    config: AvcConfig,
    interval: usize,
    run: Run,
    next: u64,
    last_key: Ticks,
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
        let run = Run::new(&plan.timeline.intervals()[0], shots[0].recipe.pictures());
        Ok(Self {
            loops: Arc::clone(loops),
            hud: Hud::new(Arc::new(plan.timeline.clone()), profile, plan.shows),
            bars: BarCoder::new(&config, &profile).map_err(super::prepare::PrepareError::from)?,
            plan: Arc::clone(plan),
            shots,
            config,
            interval: 0,
            run,
            next: 0,
            last_key: Ticks(0),
        })
    }

    /// The decoder parameters that all pictures share.
    #[must_use]
    pub fn config(&self) -> &AvcConfig {
        &self.config
    }

    /// The next picture; `None` after the last. Waits only for loops that are still being prepared.
    pub async fn next(&mut self) -> Result<Option<Picture>, StitchError> {
        if self.next == self.run.pictures() && !self.next_interval() {
            return Ok(None);
        }
        let (number, begins) = (self.next, self.run.begins(self.next));
        let of_loop = self.run.of_loop(number);
        let form = self.run.form(number, self.last_key, self.hud.is_some());
        let shot = &mut self.shots[self.interval];
        if form != Form::Next && shot.source.failed() {
            // Its check failed: what is made in its place begins where a pass begins.
            shot.source = self.loops.get(&shot.recipe).await?;
        }
        if number == 0 && shot.source.config().await? != self.config {
            // Cannot be with one encoder; a cache that two FFmpegs share would be told apart by digest.
            return Err(StitchError::Config);
        }
        let exercise = match form {
            Form::Restart => shot.source.restart().await?,
            Form::Key | Form::Next => shot.source.picture(of_loop).await?,
        };
        let place = Place {
            picture: &exercise,
            number: of_loop,
            pass: shot.recipe.pictures().0,
            form,
        };
        let hud = match (&mut self.hud, &mut self.bars) {
            (Some(hud), Some(bars)) => {
                hud.draw(begins.frame());
                bars.slice(place, hud.bar(), hud.painted())
                    .map_err(super::prepare::PrepareError::from)?
            }
            _ => Bytes::new(),
        };
        if form == Form::Key {
            self.last_key = begins;
        }
        self.next += 1;
        Ok(Some(Picture {
            exercise,
            hud,
            lasts: self.run.begins(self.next) - begins,
            key: form == Form::Key,
        }))
    }

    fn next_interval(&mut self) -> bool {
        let Some(interval) = self.plan.timeline.intervals().get(self.interval + 1) else {
            return false;
        };
        self.interval += 1;
        self.run = Run::new(interval, self.shots[self.interval].recipe.pictures());
        self.next = 0;
        true
    }
}
