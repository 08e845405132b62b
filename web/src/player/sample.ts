/** A small workout for tests: get ready 5 s, two works with a rest, both sides of one, finish 3 s. */
import type { IntervalKind, TimedInterval, Timeline } from "@/api/client";

interface Part {
  kind: IntervalKind;
  seconds: number;
  id: string;
  name: string;
  side?: "left" | "right";
}

const PARTS: Part[] = [
  { kind: "get_ready", seconds: 5, id: "push-ups", name: "Push-ups" },
  { kind: "work", seconds: 40, id: "push-ups", name: "Push-ups" },
  { kind: "rest", seconds: 20, id: "side-plank", name: "Side Plank" },
  { kind: "work", seconds: 20, id: "side-plank", name: "Side Plank", side: "left" },
  { kind: "work", seconds: 20, id: "side-plank", name: "Side Plank", side: "right" },
  { kind: "finish", seconds: 3, id: "side-plank", name: "Side Plank" },
];

export function sample(): Timeline {
  let start = 0;
  const intervals = PARTS.map((part, index): TimedInterval => {
    const moves = part.kind === "work";
    const next = PARTS.findIndex((later, at) => at > index && later.kind === "work");
    const follower = PARTS[next];
    const interval: TimedInterval = {
      index,
      kind: part.kind,
      start,
      duration: part.seconds,
      start_frame: start * 30,
      frames: part.seconds * 30,
      exercise: moves ? part.id : null,
      next: part.kind === "rest" || part.kind === "get_ready" ? part.id : null,
      name: part.name,
      side: part.side ?? null,
      speed: 1,
      round: moves ? 1 : null,
      rounds: moves ? 2 : null,
      position: moves ? Math.min(index, 2) : null,
      positions: moves ? 2 : null,
      upcoming: follower
        ? { index: next, exercise: follower.id, name: follower.name, side: follower.side ?? null }
        : null,
    };
    start += part.seconds;
    return interval;
  });
  return {
    duration: start,
    fps: 30,
    frames: start * 30,
    seed: 0,
    kcal: 9.5,
    width: 1280,
    height: 720,
    area_height: 720,
    language: "en",
    intervals,
    cues: [],
  };
}
