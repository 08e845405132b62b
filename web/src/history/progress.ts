/** What the sessions that were done come to: weeks in a row, minutes a week. Pure. */
import { dayOf, mondayOf } from "./calendar";
import type { Done } from "./store";

export interface Week {
  /** Day number of its Monday. */
  monday: number;
  minutes: number;
  sessions: number;
}

/** The last `count` weeks up to that of `now`, the oldest first; also those without a session. */
export function weeks(done: readonly Done[], now: Date, count: number): Week[] {
  const last = mondayOf(dayOf(now));
  const seconds = new Map<number, number[]>();
  for (const { at, seconds: length } of done) {
    const monday = mondayOf(dayOf(new Date(at)));
    seconds.set(monday, [...(seconds.get(monday) ?? []), length]);
  }
  return Array.from({ length: count }, (_, i) => {
    const monday = last - 7 * (count - 1 - i);
    const lengths = seconds.get(monday) ?? [];
    const sum = lengths.reduce((all, length) => all + length, 0);
    return { monday, minutes: Math.round(sum / 60), sessions: lengths.length };
  });
}

/** Seconds that a session takes at least to keep a streak: the shortest that Train chooses by itself. */
export const COUNTS = 5 * 60;

/**
 * Weeks in a row with a session of five minutes or more: what is kept at all was played to nine tenths, but
 * a workout of some seconds is a try, not training. Weeks, not days: the plan itself tells people to rest between, and
 * a streak of days would punish those who do. The week under way counts once it has a session, and
 * breaks nothing before it is over.
 */
export function streak(done: readonly Done[], now: Date): number {
  const active = new Set(
    done.filter(({ seconds }) => seconds >= COUNTS).map(({ at }) => mondayOf(dayOf(new Date(at)))),
  );
  const current = mondayOf(dayOf(now));
  let week = active.has(current) ? current : current - 7;
  let count = 0;
  for (; active.has(week); week -= 7) count += 1;
  return count;
}
