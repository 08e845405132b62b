/** Between a session and the request that the server understands. Pure. */
import type { WorkoutConfig, WorkoutRequest } from "@/api/client";
import { type Limits, levelsUpTo } from "@/goals/limits";
import type { Locale } from "@/i18n/texts";
import { DEFAULT_SETUP, type Item, item, type Session, type Setup } from "./store";

/** What is asked for the person, not for the session. */
export interface For {
  /** Kilograms. */
  weight: number;
  /** What the video says is in the page's. */
  language: Locale;
  /** What to leave out. */
  limits: Limits;
}

/** Body of `/api/plan` and `/api/workouts` for a session. */
export function toRequest(session: Session, whom: For): WorkoutRequest {
  const { items, setup, chosen } = session;
  if (chosen !== null) return chosenRequest(setup, whom, chosen.seed);
  return {
    exercises: items.map(({ id, workTime, speed }) => ({
      id,
      ...(workTime === undefined ? {} : { work_time: workTime }),
      ...(speed === undefined ? {} : { speed }),
    })),
    config: {
      ...configOf(setup, whom),
      rounds: setup.rounds,
      include_warm_up: setup.warmUp,
      include_cool_down: setup.coolDown,
      seed: setup.seed,
    },
  };
}

/** A session of `setup.minutes` that the server chooses: equal for equal seeds. */
export function chosenRequest(setup: Setup, whom: For, seed: number): WorkoutRequest {
  return {
    config: {
      ...configOf(setup, whom),
      target_duration: setup.minutes,
      intensity_levels: levelsUpTo(whom.limits.level),
      // Without the word the server has them where there is room; asked for, it would refuse.
      ...(setup.warmUp ? {} : { include_warm_up: false }),
      ...(setup.coolDown ? {} : { include_cool_down: false }),
      seed,
    },
  };
}

/** What listed and chosen sessions have in common. */
function configOf(setup: Setup, { weight, language, limits }: For): WorkoutConfig {
  const avoid = limits.avoid.filter((what) => what !== "jumps");
  const { timer, progress, name, round } = setup.overlays;
  return {
    weight,
    language,
    intensity: setup.intensity,
    intervals: {
      work_time: setup.work,
      rest_time: setup.rest,
      round_rest_time: setup.roundRest,
      get_ready: setup.getReady,
    },
    no_repeat: setup.noRepeat,
    no_jump: limits.avoid.includes("jumps"),
    ...(avoid.length > 0 ? { avoid } : {}),
    // An empty list would refuse what was added by hand, in place of choosing without equipment.
    ...(limits.equipment.length > 0 ? { equipment: limits.equipment } : {}),
    cues: setup.cues,
    clip_sound: setup.clipSound,
    resolution: setup.resolution,
    orientation: setup.orientation,
    show_timer: timer,
    show_progress_bar: progress,
    show_exercise_name: name,
    show_round: round,
  };
}

/**
 * The session that a request of the server's (a day of the week's plan) describes. Its limits are those of
 * the goals, which hold here anyway.
 */
export function fromRequest(request: WorkoutRequest): Session {
  const config = request.config ?? {};
  const intervals = config.intervals ?? {};
  const items: Item[] = request.exercises
    ? request.exercises.map(({ id, work_time, speed }) => ({
        ...item(id),
        ...(work_time == null ? {} : { workTime: work_time }),
        ...(speed == null ? {} : { speed }),
      }))
    : (request.exercise_names ?? []).map(item);
  const isChosen = items.length === 0;
  const base = DEFAULT_SETUP;
  const setup: Setup = {
    minutes: config.target_duration ?? base.minutes,
    intensity: config.intensity ?? base.intensity,
    work: intervals.work_time ?? base.work,
    rest: intervals.rest_time ?? base.rest,
    roundRest: intervals.round_rest_time ?? intervals.rest_time ?? base.roundRest,
    getReady: intervals.get_ready ?? base.getReady,
    rounds: config.rounds ?? 1,
    noRepeat: config.no_repeat ?? false,
    warmUp: config.include_warm_up ?? isChosen,
    coolDown: config.include_cool_down ?? isChosen,
    cues: config.cues ?? base.cues,
    clipSound: config.clip_sound ?? base.clipSound,
    resolution: config.resolution ?? base.resolution,
    orientation: config.orientation ?? base.orientation,
    overlays: {
      timer: config.show_timer ?? true,
      progress: config.show_progress_bar ?? true,
      name: config.show_exercise_name ?? true,
      round: config.show_round ?? true,
    },
    seed: (isChosen ? null : config.seed) ?? base.seed,
  };
  return { items, setup, chosen: isChosen && config.seed != null ? { seed: config.seed } : null };
}
