/** Between a session and the request that the server understands. Pure. */
import type { WorkoutConfig, WorkoutRequest } from "@/api/client";
import { DEFAULT_SETUP, type Item, item, type Session, type Setup } from "./store";

/** Body of `/api/plan` and `/api/workouts` for a session; `weight` in kilograms. */
export function toRequest(session: Session, weight: number): WorkoutRequest {
  const { items, setup, chosen } = session;
  const config: WorkoutConfig = { ...configOf(setup), weight };
  if (chosen !== null) return chosenRequest(setup, weight, chosen.seed);
  return {
    exercises: items.map(({ id, workTime, speed }) => ({
      id,
      ...(workTime === undefined ? {} : { work_time: workTime }),
      ...(speed === undefined ? {} : { speed }),
    })),
    config: {
      ...config,
      rounds: setup.rounds,
      include_warm_up: setup.warmUp,
      include_cool_down: setup.coolDown,
      // Drawn with for warm-up and cool-down: the same session, the same video.
      seed: 1,
    },
  };
}

/** A session of `setup.minutes` that the server chooses: equal for equal seeds. */
export function chosenRequest(setup: Setup, weight: number, seed: number): WorkoutRequest {
  return {
    config: { ...configOf(setup), weight, target_duration: setup.minutes, seed },
  };
}

/** What listed and chosen sessions have in common. */
function configOf(setup: Setup): WorkoutConfig {
  const { timer, progress, name, round } = setup.overlays;
  return {
    intensity: setup.intensity,
    intervals: {
      work_time: setup.work,
      rest_time: setup.rest,
      round_rest_time: setup.roundRest,
      get_ready: setup.getReady,
    },
    no_repeat: setup.noRepeat,
    no_jump: setup.noJump,
    intensity_levels: setup.levels,
    equipment: setup.equipment,
    cues: setup.cues,
    clip_sound: setup.clipSound,
    resolution: setup.resolution,
    show_timer: timer,
    show_progress_bar: progress,
    show_exercise_name: name,
    show_round: round,
  };
}

/** The session that a listed request of the server's (a day of the week's plan) describes. */
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
  const base = DEFAULT_SETUP;
  const setup: Setup = {
    ...base,
    minutes: config.target_duration ?? base.minutes,
    intensity: config.intensity ?? base.intensity,
    work: intervals.work_time ?? base.work,
    rest: intervals.rest_time ?? base.rest,
    roundRest: intervals.round_rest_time ?? intervals.rest_time ?? base.roundRest,
    getReady: intervals.get_ready ?? base.getReady,
    rounds: config.rounds ?? 1,
    noRepeat: config.no_repeat ?? false,
    noJump: config.no_jump ?? false,
    levels: config.intensity_levels ?? base.levels,
    equipment: config.equipment ?? [],
    warmUp: config.include_warm_up ?? items.length === 0,
    coolDown: config.include_cool_down ?? items.length === 0,
    resolution: config.resolution ?? base.resolution,
  };
  const chosen = items.length === 0 && config.seed != null ? { seed: config.seed } : null;
  return { items, setup, chosen };
}
