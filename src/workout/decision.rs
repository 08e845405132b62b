//! A decision: a workout's outline, and how the workout is presented.
//!
//! `plan` makes a decision from a request, and `token` reads one from a link. Nothing random is left in a
//! decision, and it does not depend on other exercises of the catalogue: the same decision, exercises and
//! loop lengths give the same plan.

use super::build_timeline::WorkoutOutline;
use super::check::Options;
use super::plan::kilocalories;
use super::{Fit, HudParts, Language, Note, Plan, Profile, RendererChoice, whole_reps};
use crate::catalogue::{Catalogue, LoopLengths};

/// How a workout is shown, apart from its outline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Presentation {
    /// Weight of the user in kilograms.
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

/// A workout for which every choice is made.
#[derive(Debug)]
pub(super) struct Decision<'a> {
    pub(super) outline: WorkoutOutline<'a>,
    pub(super) presentation: Presentation,
    /// The seed of the random choices.
    pub(super) seed: u64,
    /// Whether the planner made any random choice.
    pub(super) drawn: bool,
}

impl Decision<'_> {
    /// Builds the timeline and the plan. Returns `None` when the outline has no exercise or no interval.
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
