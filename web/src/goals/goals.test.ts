import { describe, expect, it } from "vitest";
import { DEFAULT_GOALS, onDays, onWeekdays, useGoals } from "./store";
import { readWeight } from "./weight";

describe("days", () => {
  it("are in the order of the week, and counted", () => {
    expect(onWeekdays(DEFAULT_GOALS, ["friday", "monday"])).toEqual({
      weekdays: ["monday", "friday"],
      days: 2,
    });
  });

  it("are spread again when none is named, as many as before", () => {
    expect(onWeekdays({ ...DEFAULT_GOALS, days: 4 }, [])).toEqual({ weekdays: [], days: 4 });
  });

  it("that were named go when there are to be more or fewer", () => {
    const goals = { ...DEFAULT_GOALS, ...onWeekdays(DEFAULT_GOALS, ["friday", "monday"]) };
    expect(onDays(goals, 3)).toEqual({ days: 3, weekdays: [] });
    expect(onDays(goals, 2)).toEqual({ days: 2, weekdays: ["monday", "friday"] });
  });
});

describe("what the browser kept", () => {
  it("is completed where it is older than a goal", async () => {
    localStorage.setItem(
      "goals",
      JSON.stringify({ version: 1, state: { goals: { goal: "strength", days: 5 } } }),
    );
    await useGoals.persist.rehydrate();
    expect(useGoals.getState().goals).toEqual({ ...DEFAULT_GOALS, goal: "strength", days: 5 });
    expect(useGoals.getState().aimed).toBe(false);
    useGoals.getState().aim({ minutes: 45 });
    expect(useGoals.getState().aimed).toBe(true);
  });
});

describe("a weight", () => {
  it.each([
    ["62.5", 62.5],
    ["62,5", 62.5],
    [" 80 kg ", 80],
    ["20", 20],
    ["300", 300],
    ["71.26", 71.3],
  ])("%s", (typed, kilograms) => expect(readWeight(typed)).toBe(kilograms));

  it.each(["", "19.9", "300.1", "1e2", "-70", "seventy", "70,5,1"])("not %s", (typed) =>
    expect(readWeight(typed)).toBeNull(),
  );
});
