//! Plans one session: turns goals, focus and exercises into a workout config, and the config into a plan.
//!
//! For `plan`. The workout planner makes the plan; this module decides only the config.

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
    /// The title in English.
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
    /// Title of the session: what its exercises train.
    pub title: Title,
    /// Whether the session is easy, so that no muscle needs rest afterwards.
    pub easy: bool,
    /// Muscle groups that the session trains, by primary muscles.
    pub muscle_groups: BTreeSet<MuscleGroup>,
    /// The exercises of a round, in order: id, and name in the language of the goals.
    pub exercises: Vec<(ExerciseId, String)>,
    /// The request of the workout, as a client may POST it.
    pub config: Value,
    /// The plan that the workout planner makes from `config`.
    pub plan: Plan,
    /// Token of the plan; `None` if the plan is too long for a token.
    pub token: Option<Token>,
    /// Lengths of the warm-up and the cool-down.
    pub(super) warm_up_cool_down: WarmUpCoolDown,
    /// Whether exercises of the category warm-up are part of the work, because too few others suit.
    pub(super) gentle: bool,
    pub(super) pace: Pace,
    pub(super) lengths: Lengths,
    /// Pace and lengths of the week before; `None` in week 1.
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

    /// Returns the exercises for a session with a focus, or an error if there are fewer than [`MIN`].
    pub(super) fn pool(self, focus: Focus) -> Result<Vec<&'a Exercise>, PlanError> {
        let pool = pool(self.goals, focus, self.catalogue);
        if pool.len() < MIN {
            return Err(too_few(self.goals, focus, self.catalogue));
        }
        Ok(pool)
    }

    /// Plans a session and adds its exercises to `history`.
    pub(super) fn session(
        self,
        focus: Focus,
        history: &mut History,
        rng: &mut SeededRng,
    ) -> Result<Session, PlanError> {
        let (goals, target) = (self.goals, self.target());
        let pool = self.pool(focus)?;
        // With this seed, the workout planner chooses warm-up and cool-down.
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
        // `shape` fits in every week, so `at` finds lengths.
        let (pace, lengths) = at(goals.week).ok_or_else(no_room)?;
        let config = self.config(&chosen, shape.rounds, warm_up_cool_down, pace, lengths, seed);
        // Plans exactly the config that the answer contains.
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

    /// Returns the lengths of warm-up and cool-down, and the shape of the work. Leaves out the cool-down if
    /// there is no room for it, and then the warm-up, too.
    fn shape(
        self,
        focus: Focus,
        pace_of: impl Fn(u64) -> Pace,
        pool: &[&Exercise],
        seed: u64,
    ) -> Result<(WarmUpCoolDown, Shape), PlanError> {
        let ways: &[(bool, bool)] = if focus == Focus::Easy {
            // The work of an easy session consists of warm-up and cool-down exercises.
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

    /// Returns the lengths that the workout planner gives to warm-up and cool-down. The work has no
    /// influence on them, so a draft with one exercise and the same seed, equipment and avoided
    /// things gives the same lengths.
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

/// The error for too few minutes. The bounds of the request make it unreachable; it is a violation
/// all the same, not a panic.
fn no_room() -> PlanError {
    PlanError::Invalid(vec![Violation::new(
        "/minutes",
        "minutes leave no room for a session: ask for more",
    )])
}

/// Reads a config as the workout planner reads the request of a client.
fn read(config: &Value) -> Result<WorkoutRequest, PlanError> {
    let body = config.to_string();
    // `body` is a JSON object of a few hundred bytes that this file has written, so reading it does not fail.
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
