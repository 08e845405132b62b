import { describe, expect, it } from "vitest";
import { DEFAULT_GOALS } from "@/goals/store";
import type { Done } from "@/history/store";
import { tokenOf, weekRequest } from "./api";
import { doneOf, plannedAs, ticked } from "./done";
import { sampleSession, sampleWeek } from "./sample";
import { usePlanned } from "./store";

const done = (at: string, planned?: string): Done => ({
  at,
  token: "t",
  title: "Full body",
  seconds: 1200,
  kcal: 80,
  ...(planned === undefined ? {} : { planned }),
});

describe("ticks", () => {
  const since = "2026-11-10T08:00:00.000Z";

  it("are for what was done since the plan was begun, however late", () => {
    const ticks = ticked(
      [
        done("2026-11-09T18:00:00Z", "1-monday"),
        done("2026-11-10T08:00:00Z", "1-wednesday"),
        done("2026-12-24T18:00:00+01:00", "2-monday"),
        done("2026-12-25T18:00:00Z"),
      ],
      since,
    );
    expect([...ticks]).toEqual(["1-wednesday", "2-monday"]);
    expect(doneOf(sampleWeek(1), ticks)).toBe(1);
    expect(doneOf(sampleWeek(2), ticks)).toBe(1);
  });

  it("count once, and only on days that have a session", () => {
    const twice = [
      done("2026-11-11T08:00:00Z", "1-monday"),
      done("2026-11-12T08:00:00Z", "1-monday"),
    ];
    expect(doneOf(sampleWeek(1), ticked(twice, since))).toBe(1);
    const resting = [done("2026-11-11T08:00:00Z", plannedAs(1, "tuesday"))];
    expect(doneOf(sampleWeek(1), ticked(resting, since))).toBe(0);
  });
});

describe("the plan that is followed", () => {
  it("is the same on the next visit", async () => {
    await usePlanned.persist.rehydrate();
    const { seed, since } = usePlanned.getState();
    expect(JSON.parse(localStorage.getItem("plan") ?? "{}").state).toEqual({
      seed,
      since,
      week: 1,
    });
  });

  it("begins at week 1, with the same exercises or with others", () => {
    usePlanned.setState({ seed: -1, since: "2020-01-01T00:00:00Z", week: 3 });
    usePlanned.getState().again();
    expect(usePlanned.getState()).toMatchObject({ seed: -1, week: 1 });
    expect(Date.parse(usePlanned.getState().since)).toBeGreaterThan(Date.parse("2021-01-01"));
    usePlanned.setState({ week: 2 });
    usePlanned.getState().another();
    expect(usePlanned.getState().week).toBe(1);
    expect(usePlanned.getState().seed).toBeGreaterThanOrEqual(0);
  });
});

describe("the request", () => {
  it("names the days or counts them, never both", () => {
    expect(weekRequest(DEFAULT_GOALS, "fr", 2, 7)).toEqual({
      goal: "fitness",
      level: "medium",
      days: 3,
      minutes: 20,
      equipment: [],
      avoid: [],
      weight_kg: 70,
      language: "fr",
      week: 2,
      seed: 7,
    });
    const named = weekRequest({ ...DEFAULT_GOALS, days: 1, weekdays: ["friday"] }, "en", 1, 7);
    expect(named).toHaveProperty("weekdays", ["friday"]);
    expect(named).not.toHaveProperty("days");
  });

  it("has the token of the link", () => {
    expect(tokenOf(sampleSession())).toBe("abc");
    expect(tokenOf({ ...sampleSession(), link: null })).toBeNull();
  });
});
