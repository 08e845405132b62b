/**
 * Days and weeks of the person's own calendar. A day is a number (days since 1 January 1970, a
 * Thursday), so that counting days is no matter of hours, which a change of the clocks makes 23 or
 * 25. Pure.
 */
import { WEEKDAYS, type Weekday } from "@/goals/store";

const DAY = 86_400_000;

/** The day that it is at that moment where the person is. */
export function dayOf(moment: Date): number {
  return Date.UTC(moment.getFullYear(), moment.getMonth(), moment.getDate()) / DAY;
}

/** The Monday of that day's week. */
export function mondayOf(day: number): number {
  return day - weekdayIndex(day);
}

export function weekdayOf(day: number): Weekday {
  return WEEKDAYS[weekdayIndex(day)] ?? "monday";
}

const weekdayIndex = (day: number): number => (((day + 3) % 7) + 7) % 7;

/** For `Intl` with `timeZone: "UTC"`, and for reading year, month and day with `getUTC...`. */
export function dateOf(day: number): Date {
  return new Date(day * DAY);
}
