import { afterEach, describe, expect, it } from "vitest";
import { dateOf, dayOf, mondayOf, weekdayOf } from "./calendar";
import { streak, weeks } from "./progress";
import type { Done } from "./store";

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const done = (at: string, seconds = 1200): Done => ({
  at,
  seconds,
  token: "t",
  title: "Full body",
  kcal: 80,
});

describe("the calendar", () => {
  it("knows weekdays, also before 1970", () => {
    const friday = dayOf(new Date(2026, 10, 20));
    expect(weekdayOf(friday)).toBe("friday");
    expect(weekdayOf(mondayOf(friday))).toBe("monday");
    expect(dateOf(mondayOf(friday)).toISOString().slice(0, 10)).toBe("2026-11-16");
    expect(weekdayOf(dayOf(new Date(1969, 11, 28)))).toBe("sunday");
  });

  it.each([
    ["Pacific/Auckland", "monday"],
    ["Europe/Paris", "sunday"],
    ["America/Los_Angeles", "sunday"],
  ])("has the day of %s", (place, weekday) => {
    process.env.TZ = place;
    expect(weekdayOf(dayOf(new Date("2026-11-15T20:30:00Z")))).toBe(weekday);
  });

  it.each(["Europe/Paris", "America/New_York", "Pacific/Apia", "UTC"])(
    "has every day of 2026 once in %s, whatever the clocks do",
    (place) => {
      process.env.TZ = place;
      const first = dayOf(new Date(2026, 0, 1));
      for (let i = 0; i < 365; i += 1) {
        expect(dayOf(new Date(2026, 0, 1 + i, 0, 0, 1))).toBe(first + i);
        expect(dayOf(new Date(2026, 0, 1 + i, 23, 59, 59))).toBe(first + i);
      }
    },
  );
});

describe("the streak", () => {
  const now = new Date(2026, 10, 18, 12); // a Wednesday

  it("counts weeks in a row, this one too", () => {
    const sessions = [done("2026-11-05T10:00"), done("2026-11-12T10:00"), done("2026-11-16T10:00")];
    expect(streak(sessions, now)).toBe(3);
  });

  it("does not count a try of some seconds", () => {
    const week = (seconds: number) => [done("2026-11-12T10:00"), done("2026-11-16T10:00", seconds)];
    expect(streak(week(13), now)).toBe(1);
    expect(streak(week(299), now)).toBe(1);
    expect(streak(week(300), now)).toBe(2);
  });

  it("is not broken by a week that is not over", () => {
    expect(streak([done("2026-11-05T10:00"), done("2026-11-12T10:00")], now)).toBe(2);
  });

  it("is broken by a week without a session", () => {
    expect(streak([done("2026-11-05T10:00"), done("2026-11-17T10:00")], now)).toBe(1);
    expect(streak([done("2026-11-05T10:00")], now)).toBe(0);
    expect(streak([], now)).toBe(0);
  });

  it("goes on over a change of the clocks and of the year", () => {
    process.env.TZ = "Europe/Paris";
    // Clocks go back on Sunday, 25 October 2026: that week has 169 hours.
    const autumn = [done("2026-10-25T22:30:00Z"), done("2026-11-01T22:30:00Z")];
    expect(streak(autumn, new Date("2026-11-02T08:00:00Z"))).toBe(2);
    const winter = [done("2026-12-27T12:00"), done("2026-12-29T12:00"), done("2027-01-08T12:00")];
    expect(streak(winter, new Date(2027, 0, 10))).toBe(3);
  });

  it("is of the weeks where the person is", () => {
    const sunday = [done("2026-11-15T20:30:00Z"), done("2026-11-11T10:00:00Z")];
    process.env.TZ = "Pacific/Auckland"; // there it was Monday
    expect(streak(sunday, new Date("2026-11-16T00:00:00Z"))).toBe(2);
    process.env.TZ = "Europe/Paris";
    expect(streak(sunday, new Date("2026-11-16T00:00:00Z"))).toBe(1);
  });
});

describe("minutes a week", () => {
  it("are summed before they are rounded; empty weeks are there", () => {
    const sessions = [
      done("2026-11-03T10:00", 630),
      done("2026-11-16T10:00", 630),
      done("2026-11-17T10:00", 630),
      done("2024-01-01T10:00", 9000),
    ];
    const now = new Date(2026, 10, 18, 12);
    expect(weeks(sessions, now, 3).map(({ minutes, sessions }) => [minutes, sessions])).toEqual([
      [11, 1],
      [0, 0],
      [21, 2],
    ]);
    expect(weeks([], now, 8).map(({ monday }) => weekdayOf(monday))).toEqual(
      Array(8).fill("monday"),
    );
  });
});
