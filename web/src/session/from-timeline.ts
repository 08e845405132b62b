/** The session that a workout in the player shows, such as one that somebody has shared. Pure. */
import type { Intensity, TimedInterval, Timeline } from "@/api/client";
import { type Item, item, type Session, type Setup } from "./store";

const SPEEDS: Readonly<Record<Intensity, number>> = {
  low_impact: 0.8,
  medium_intensity: 1,
  high_intensity: 1.2,
};

/**
 * As a list that comes to the same exercises, lengths and rounds. `looks`: how the person likes it to look
 * and sound; a link does not change that.
 */
export function fromTimeline(timeline: Timeline, looks: Setup): Session {
  const { intervals, seed } = timeline;
  const stations = stationsOf(intervals);
  const work = commonest(stations.map(({ seconds }) => seconds)) ?? looks.work;
  const speed = commonest(stations.map(({ speed }) => speed)) ?? 1;
  const intensity = (Object.keys(SPEEDS) as Intensity[]).find((it) => SPEEDS[it] === speed);
  const usual = intensity === undefined ? 1 : speed;
  const rest = lengthOf(intervals, "rest") ?? 0;
  const items = stations.map(
    ({ id, seconds, speed }): Item => ({
      ...item(id),
      ...(seconds === work ? {} : { workTime: seconds }),
      ...(speed === usual ? {} : { speed }),
    }),
  );
  return {
    items,
    chosen: null,
    setup: {
      ...looks,
      intensity: intensity ?? "medium_intensity",
      work,
      rest,
      roundRest: lengthOf(intervals, "round_rest") ?? rest,
      getReady: lengthOf(intervals, "get_ready") ?? 0,
      rounds: intervals.find(({ kind }) => kind === "work")?.rounds ?? 1,
      noRepeat: false,
      warmUp: intervals.some(({ kind }) => kind === "warm_up"),
      coolDown: intervals.some(({ kind }) => kind === "cool_down"),
      seed,
    },
  };
}

interface Station {
  id: string;
  seconds: number;
  speed: number;
}

/** The exercises of the first round; one that is done on either side is one. */
export function stationsOf(intervals: readonly TimedInterval[]): Station[] {
  const stations: Station[] = [];
  for (const { kind, round, position, exercise, duration, speed } of intervals) {
    if (kind !== "work" || round !== 1 || position === null || exercise === null) continue;
    const begun = stations[position - 1];
    if (begun === undefined) stations.push({ id: exercise, seconds: duration, speed });
    else begun.seconds += duration;
  }
  return stations;
}

const lengthOf = (intervals: readonly TimedInterval[], kind: TimedInterval["kind"]) =>
  intervals.find((interval) => interval.kind === kind)?.duration;

/** The first of those that there are most of. */
function commonest(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return [...counts].find(([, count]) => count === most)?.[0];
}
