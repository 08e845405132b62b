//! What was decided about a workout, before it is laid out: the course, and how it is to be shown.
//!
//! For `plan`, which makes it of a request, and for `token`, which reads it from a link. Nothing is left to
//! chance or to the rest of the catalogue here: the same decision, exercises and loops give the same plan.

use super::check::Wishes;
use super::lay::Course;
use super::plan::kilocalories;
use super::{Fit, HudParts, Language, Note, Plan, Profile, RendererChoice, reps};
use crate::catalogue::{Catalogue, LoopLengths};

/// How a workout is shown, apart from its course.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Manner {
    /// Kilograms.
    pub(super) weight: f64,
    pub(super) profile: Profile,
    pub(super) hud_parts: HudParts,
    pub(super) language: Language,
    pub(super) fit: Fit,
    pub(super) fit_reps: bool,
    pub(super) cues: bool,
    pub(super) clip_sound: bool,
    pub(super) renderer: RendererChoice,
}

impl Manner {
    pub(super) fn of(wishes: &Wishes) -> Self {
        Self {
            weight: wishes.weight,
            profile: wishes.profile,
            hud_parts: wishes.hud_parts,
            language: wishes.language,
            fit: wishes.fit,
            fit_reps: wishes.fit_reps,
            cues: wishes.cues,
            clip_sound: wishes.clip_sound,
            renderer: wishes.renderer,
        }
    }
}

/// A workout of which everything is decided.
#[derive(Debug)]
pub(super) struct Decision<'a> {
    pub(super) course: Course<'a>,
    pub(super) manner: Manner,
    /// What the choices were made with.
    pub(super) seed: u64,
    /// Whether there was anything to choose.
    pub(super) drawn: bool,
}

impl Decision<'_> {
    /// Lays it out; `None` when there is nothing to lay out.
    pub(super) fn plan(&self, catalogue: &Catalogue, loops: &LoopLengths, notes: Vec<Note>) -> Option<Plan> {
        let mut timeline = self.course.lay()?;
        let manner = self.manner;
        timeline.set_names(|shown| Some(manner.language.name_of(catalogue.get(&shown.exercise)?)));
        if manner.fit_reps {
            reps::fit(&mut timeline, loops);
        }
        Some(Plan {
            kcal: kilocalories(&timeline, catalogue, manner.weight),
            timeline,
            seed: self.seed,
            profile: manner.profile,
            hud_parts: manner.hud_parts,
            language: manner.language,
            fit: manner.fit,
            cues: manner.cues,
            clip_sound: manner.clip_sound,
            renderer: manner.renderer,
            notes,
        })
    }
}
