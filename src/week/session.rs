//! One session: goals, focus and exercises -> a workout config, and the plan that it gives.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};

use super::choose::{History, choose};
use super::fit::{FINISH, Lengths, Shape, WarmUpCoolDown, shape};
use super::focus::{Focus, MuscleGroup, groups};
use super::pace::{Pace, pace};
use super::pool::{MIN, pool, too_few};
use super::request::{Goal, Goals};
use crate::catalogue::{Catalogue, Category, Exercise, ExerciseId, LoopLengths};
use crate::units::{FPS, Frames};
use crate::workout::seeded_rng::SeededRng;
use crate::workout::{IntervalKind, Plan, PlanError, Token, Violation, WorkoutRequest, link, plan};

/// What a session is called: what it turned out to train.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Title {
    /// Lower body and more.
    FullBody,
    /// The same, half of it cardio.
    FullBodyAndCardio,
    /// Hips and legs.
    LowerBody,
    /// The same with cardio.
    LowerBodyAndCardio,
    /// Arms, chest, shoulders, back.
    UpperBody,
    /// The same with abdominals and lower back.
    UpperBodyAndCore,
    /// Abdominals and lower back.
    Core,
    /// Slow movements and stretches.
    Mobility,
}

impl Title {
    /// In English.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::FullBody => "Full body",
            Self::FullBodyAndCardio => "Full body & cardio",
            Self::LowerBody => "Lower body",
            Self::LowerBodyAndCardio => "Lower body & cardio",
            Self::UpperBody => "Upper body",
            Self::UpperBodyAndCore => "Upper body & core",
            Self::Core => "Core",
            Self::Mobility => "Mobility",
        }
    }
}

/// A planned session.
#[derive(Debug, Clone)]
pub struct Session {
    /// What it is called.
    pub title: Title,
    /// Nothing needs rest after it.
    pub easy: bool,
    /// What it trains, by primary muscles.
    pub muscle_groups: BTreeSet<MuscleGroup>,
    /// The exercises of a round, in order: id, and name in the goals' language.
    pub exercises: Vec<(ExerciseId, String)>,
    /// The workout's request, as a client may POST it.
    pub config: Value,
    /// What that request gives.
    pub plan: Plan,
    /// Names the plan, if it is not too long for that.
    pub token: Option<Token>,
    /// Whether there is something before and after the work.
    pub(super) warm_up_cool_down: WarmUpCoolDown,
    /// Movements of the warm-up stand in for exercises of which there are too few.
    pub(super) gentle: bool,
    pub(super) pace: Pace,
    pub(super) lengths: Lengths,
    /// Pace and lengths of the week before, if there was one.
    pub(super) before: Option<(Pace, Lengths)>,
}

/// What all sessions of a week have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct SessionContext<'a> {
    pub(super) goals: &'a Goals,
    pub(super) catalogue: &'a Catalogue,
    pub(super) loop_lengths: &'a LoopLengths,
}

impl<'a> SessionContext<'a> {
    fn target(self) -> Frames {
        Frames(self.goals.minutes * 60 * u64::from(FPS))
    }

    /// The exercises that a session with a focus may have, if there are enough.
    pub(super) fn pool(self, focus: Focus) -> Result<Vec<&'a Exercise>, PlanError> {
        let pool = pool(self.goals, focus, self.catalogue);
        if pool.len() < MIN {
            return Err(too_few(self.goals, focus, self.catalogue));
        }
        Ok(pool)
    }

    /// Plans a session.
    pub(super) fn session(
        self,
        focus: Focus,
        history: &mut History,
        rng: &mut SeededRng,
    ) -> Result<Session, PlanError> {
        let (goals, target) = (self.goals, self.target());
        let pool = self.pool(focus)?;
        // For the warm-up and the cool-down, which the planner draws.
        let seed = rng.seed();
        let style = if focus == Focus::Easy {
            Goal::Mobility
        } else {
            goals.goal
        };
        let pace_of = |week| pace(style, goals.level, week);
        let (warm_up_cool_down, shape) = self.shape(focus, pace_of, &pool, seed)?;
        let stations = shape.stations as usize;
        let kind = (goals.goal, focus);
        let chosen = choose(&pool, stations, shape.rounds > 1, kind, history, rng);
        let at = |week: u64| {
            let pace = pace_of(week);
            Some((pace, shape.fill(pace, warm_up_cool_down, target)?))
        };
        // The shape fits in every week.
        let (pace, lengths) = at(goals.week).ok_or_else(no_room)?;
        let config = self.config(&chosen, shape.rounds, warm_up_cool_down, pace, lengths, seed);
        // What is answered is what is planned.
        let (plan, token) = link(&read(&config)?, self.catalogue, self.loop_lengths, seed)?;
        Ok(Session {
            title: title(&chosen, goals.goal, focus),
            easy: focus == Focus::Easy,
            muscle_groups: chosen.iter().flat_map(|e| groups(e)).collect(),
            exercises: chosen
                .iter()
                .map(|e| (e.id.clone(), goals.language.name_of(e).to_owned()))
                .collect(),
            config,
            plan,
            token: token.ok(),
            warm_up_cool_down,
            gentle: focus != Focus::Easy && chosen.iter().any(|e| e.category == Category::WarmUp),
            pace,
            lengths,
            before: goals.week.checked_sub(1).filter(|week| *week > 0).and_then(at),
        })
    }

    /// How much is around the work, and the shape of the work: with warm-up and cool-down where there is
    /// room, else without the cool-down, else without both.
    fn shape(
        self,
        focus: Focus,
        pace_of: impl Fn(u64) -> Pace,
        pool: &[&Exercise],
        seed: u64,
    ) -> Result<(WarmUpCoolDown, Shape), PlanError> {
        let ways: &[(bool, bool)] = if focus == Focus::Easy {
            // It is all warm-up and cool-down.
            &[(false, false)]
        } else {
            &[(true, true), (true, false), (false, false)]
        };
        for (warm_up, cool_down) in ways {
            let warm_up_cool_down = self.warm_up_cool_down(pool, *warm_up, *cool_down, seed)?;
            if warm_up_cool_down.is_small(self.target())
                && let Some(shape) = shape(&pace_of, warm_up_cool_down, self.target(), pool.len())
            {
                return Ok((warm_up_cool_down, shape));
            }
        }
        Err(no_room())
    }

    /// How long the planner makes a warm-up and a cool-down: it draws them by the seed alone.
    fn warm_up_cool_down(
        self,
        pool: &[&Exercise],
        warm_up: bool,
        cool_down: bool,
        seed: u64,
    ) -> Result<WarmUpCoolDown, PlanError> {
        let draft = json!({"exercise_names": [pool[0].id], "config": {
            "include_warm_up": warm_up, "include_cool_down": cool_down,
            "equipment": self.goals.equipment, "avoid": self.goals.avoid, "seed": seed}});
        let plan = plan(&read(&draft)?, self.catalogue, &LoopLengths::default(), seed)?;
        let length = |kind| {
            let all = plan.timeline.intervals().iter();
            all.filter(|i| i.kind == kind).map(|i| i.length).sum()
        };
        Ok(WarmUpCoolDown {
            warm_up: length(IntervalKind::WarmUp),
            cool_down: length(IntervalKind::CoolDown),
        })
    }

    fn config(
        self,
        chosen: &[&Exercise],
        rounds: u64,
        warm_up_cool_down: WarmUpCoolDown,
        pace: Pace,
        lengths: Lengths,
        seed: u64,
    ) -> Value {
        let ids: Vec<&ExerciseId> = chosen.iter().map(|e| &e.id).collect();
        json!({
            "exercise_names": ids,
            "config": {
                "intensity": pace.intensity,
                "rounds": rounds,
                "intervals": {
                    "work_time": lengths.work,
                    "rest_time": lengths.rest,
                    "round_rest_time": lengths.round_rest,
                    "get_ready": lengths.get_ready.seconds(),
                    "finish": FINISH,
                },
                "include_warm_up": warm_up_cool_down.warm_up > Frames::ZERO,
                "include_cool_down": warm_up_cool_down.cool_down > Frames::ZERO,
                "avoid": self.goals.avoid,
                "equipment": self.goals.equipment,
                "weight": self.goals.weight,
                "language": self.goals.language,
                "seed": seed,
            },
        })
    }
}

/// Unreachable with the bounds of the request; a violation all the same, not a panic.
fn no_room() -> PlanError {
    PlanError::Invalid(vec![Violation::new(
        "/minutes",
        "minutes leave no room for a session: ask for more",
    )])
}

/// A config as the planner reads it from a client.
fn read(config: &Value) -> Result<WorkoutRequest, PlanError> {
    let body = config.to_string();
    // A JSON object of a few hundred bytes, written by this file.
    WorkoutRequest::from_json(body.as_bytes()).map_err(|_| no_room())
}

fn title(chosen: &[&Exercise], goal: Goal, focus: Focus) -> Title {
    use MuscleGroup::{Core, LowerBody, UpperBody};
    let trained: BTreeSet<MuscleGroup> = chosen.iter().flat_map(|e| groups(e)).collect();
    let cardio = chosen.iter().filter(|e| e.category == Category::Cardio).count();
    let trains = |groups: &[MuscleGroup]| trained.iter().eq(groups);
    if focus == Focus::Easy {
        Title::Mobility
    } else if trains(&[LowerBody]) {
        if cardio > 0 {
            Title::LowerBodyAndCardio
        } else {
            Title::LowerBody
        }
    } else if trains(&[UpperBody]) {
        Title::UpperBody
    } else if trains(&[Core]) {
        Title::Core
    } else if trains(&[UpperBody, Core]) {
        Title::UpperBodyAndCore
    } else if goal == Goal::Weight && 2 * cardio >= chosen.len() {
        Title::FullBodyAndCardio
    } else {
        Title::FullBody
    }
}
