/**
 * What is to be shown at an instant of a workout: one pure function of the timeline and of the time
 * of the picture that is on the screen. Counts as the server's own HUD does (`src/hud/countdown.rs`).
 */
import type { TimedInterval, Timeline } from "@/api/client";

export interface Now {
  /** The picture, from 0. */
  frame: number;
  interval: TimedInterval;
  /** Whole seconds that the countdown shows: 40 s count from 40 to 1. */
  seconds: number;
  /** How much of the interval is left, 1 to 0. */
  left: number;
  /** How far the workout is, 0 to 1. */
  progress: number;
}

/** Times of pictures come rounded: what is this near to the next picture is the next picture. */
const NEAR = 0.05;

/** `null` for a workout without intervals, which no server makes. */
export function now(timeline: Timeline, time: number): Now | null {
  const { fps, frames, intervals } = timeline;
  const frame = Math.min(Math.max(Math.floor(time * fps + NEAR), 0), Math.max(frames - 1, 0));
  const interval = intervals[indexAt(intervals, frame)];
  if (interval === undefined) return null;
  const remaining = Math.max(interval.start_frame + interval.frames - frame, 0);
  return {
    frame,
    interval,
    seconds: Math.ceil(remaining / fps),
    left: interval.frames === 0 ? 0 : remaining / interval.frames,
    // The last picture shows a full bar.
    progress: frames === 0 ? 0 : (frame + 1) / frames,
  };
}

/** The last interval that has begun at `frame`. */
function indexAt(intervals: readonly TimedInterval[], frame: number): number {
  let low = 0;
  let high = intervals.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((intervals[middle]?.start_frame ?? 0) <= frame) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** `59`, from a minute on `1:00`; minutes are never split into hours. */
export function countdown(seconds: number): string {
  return seconds < 60 ? String(seconds) : clock(seconds);
}

/** `0:07`, `12:34`. */
export function clock(seconds: number): string {
  const whole = Math.max(Math.floor(seconds), 0);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Start of the next interval, or the end. */
export function nextStart(timeline: Timeline, time: number): number {
  const at = now(timeline, time)?.interval.index ?? 0;
  return timeline.intervals[at + 1]?.start ?? timeline.duration;
}

/** Start of this interval, or of the one before if this one has only just begun. */
export function previousStart(timeline: Timeline, time: number): number {
  const here = now(timeline, time)?.interval;
  if (here === undefined) return 0;
  return time - here.start > 2 ? here.start : (timeline.intervals[here.index - 1]?.start ?? 0);
}

/** An exercise, or a wait between two. */
export function moves({ kind }: Pick<TimedInterval, "kind">): boolean {
  return kind === "work" || kind === "warm_up" || kind === "cool_down";
}
