//! What was decided about a workout, before it is laid out: the course, and how it is to be shown.
//!
//! For `plan`, which makes it of a request, and for `token`, which reads it from a link. Nothing is left to
//! chance or to the rest of the catalogue here: the same decision, exercises and loops give the same plan.

use super::build_timeline::WorkoutOutline;
use super::check::Options;
use super::plan::kilocalories;
use super::{Fit, HudParts, Language, Note, Plan, Profile, RendererChoice, whole_reps};
use crate::catalogue::{Catalogue, LoopLengths};

/// How a workout is shown, apart from its course.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Presentation {
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

impl Presentation {
    pub(super) fn of(options: &Options) -> Self {
        Self {
            weight: options.weight,
            profile: options.profile,
            hud_parts: options.hud_parts,
            language: options.language,
            fit: options.fit,
            fit_reps: options.fit_reps,
            cues: options.cues,
            clip_sound: options.clip_sound,
            renderer: options.renderer,
        }
    }
}

/// A workout of which everything is decided.
#[derive(Debug)]
pub(super) struct Decision<'a> {
    pub(super) outline: WorkoutOutline<'a>,
    pub(super) presentation: Presentation,
    /// What the choices were made with.
    pub(super) seed: u64,
    /// Whether there was anything to choose.
    pub(super) drawn: bool,
}

impl Decision<'_> {
    /// Lays it out; `None` when there is nothing to lay out.
    pub(super) fn plan(
        &self,
        catalogue: &Catalogue,
        loop_lengths: &LoopLengths,
        notes: Vec<Note>,
    ) -> Option<Plan> {
        let mut timeline = self.outline.build()?;
        let presentation = self.presentation;
        timeline.set_names(|shown| Some(presentation.language.name_of(catalogue.get(&shown.exercise)?)));
        if presentation.fit_reps {
            whole_reps::fit(&mut timeline, loop_lengths);
        }
        Some(Plan {
            kcal: kilocalories(&timeline, catalogue, presentation.weight),
            timeline,
            seed: self.seed,
            profile: presentation.profile,
            hud_parts: presentation.hud_parts,
            language: presentation.language,
            fit: presentation.fit,
            cues: presentation.cues,
            clip_sound: presentation.clip_sound,
            renderer: presentation.renderer,
            notes,
        })
    }
}
