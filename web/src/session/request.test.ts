import { describe, expect, it } from "vitest";
import type { Limits } from "@/goals/limits";
import { fromRequest, toRequest } from "./request";
import { DEFAULT_SETUP, type Session } from "./store";

const setup = { ...DEFAULT_SETUP, intensity: "high_intensity" as const, work: 31, rest: 29 };

const FREE: Limits = { level: "hard", avoid: [], equipment: [] };
const who = (weight: number, limits: Partial<Limits> = {}) => ({
  weight,
  language: "en" as const,
  limits: { ...FREE, ...limits },
});

function session(change: Partial<Session> = {}): Session {
  return {
    items: [
      { key: "a", id: "plank" },
      { key: "b", id: "push-ups", workTime: 30, speed: 0.8 },
    ],
    setup,
    chosen: null,
    ...change,
  };
}

describe("toRequest", () => {
  it("lists a session in order, with what differs for one exercise", () => {
    const request = toRequest(session(), who(62));
    expect(request.exercises).toEqual([
      { id: "plank" },
      { id: "push-ups", work_time: 30, speed: 0.8 },
    ]);
    expect(request.config).toMatchObject({ weight: 62, rounds: 1, include_warm_up: true, seed: 1 });
    // What the server would only remark that it does not use.
    expect(request.config).not.toHaveProperty("target_duration");
    expect(request.config).not.toHaveProperty("intensity_levels");
  });

  it("asks for a choice by minutes and seed alone, not by the list that shows it", () => {
    const request = toRequest(session({ chosen: { seed: 9 } }), who(70));
    expect(request).not.toHaveProperty("exercises");
    expect(request.config).toMatchObject({ target_duration: 20, seed: 9 });
    expect(request.config).not.toHaveProperty("rounds");
  });

  it("leaves warm-up of a choice to the server, unless it is unwanted", () => {
    const chosen = { seed: 9 };
    expect(toRequest(session({ chosen }), who(70)).config).not.toHaveProperty("include_warm_up");
    const without = session({ chosen, setup: { ...setup, warmUp: false } });
    expect(toRequest(without, who(70)).config).toMatchObject({ include_warm_up: false });
  });

  it("does not restrict a list to no equipment at all", () => {
    expect(toRequest(session(), who(70)).config).not.toHaveProperty("equipment");
    const bands = who(70, { equipment: ["bands"] });
    expect(toRequest(session(), bands).config).toMatchObject({ equipment: ["bands"] });
  });
});

describe("the limits", () => {
  const limits = { level: "easy" as const, avoid: ["jumps" as const, "floor" as const] };

  it("hold for what the server chooses, level and all", () => {
    const { config } = toRequest(session({ chosen: { seed: 9 } }), who(70, limits));
    expect(config).toMatchObject({ no_jump: true, avoid: ["floor"], intensity_levels: ["easy"] });
    const medium = toRequest(session({ chosen: { seed: 9 } }), who(70, { level: "medium" }));
    expect(medium.config).toMatchObject({ no_jump: false, intensity_levels: ["easy", "medium"] });
  });

  it("hold for what is drawn around a list", () => {
    const { config } = toRequest(session(), who(70, limits));
    expect(config).toMatchObject({ no_jump: true, avoid: ["floor"] });
  });
});

describe("the language", () => {
  it("is the page's, for a list and for a choice, whatever a session came in", () => {
    const french = { ...who(70), language: "fr" as const };
    expect(toRequest(session(), french).config).toMatchObject({ language: "fr" });
    const chosen = session({ chosen: { seed: 9 } });
    expect(toRequest(chosen, french).config).toMatchObject({ language: "fr" });
    const again = fromRequest(toRequest(chosen, french));
    expect(toRequest(again, who(70)).config).toMatchObject({ language: "en" });
  });
});

describe("fromRequest", () => {
  it("gives back every session that was listed", () => {
    const before = session({
      setup: {
        ...setup,
        rounds: 3,
        roundRest: 48,
        getReady: 6,
        warmUp: false,
        coolDown: false,
        cues: false,
        clipSound: true,
        resolution: "1080p",
        orientation: "portrait",
        overlays: { timer: false, progress: true, name: false, round: true },
        seed: 6221822254813490,
      },
    });
    const after = fromRequest(toRequest(before, who(70)));
    expect(after.setup).toEqual(before.setup);
    expect(after.items.map(({ key, ...item }) => item)).toEqual(
      before.items.map(({ key, ...item }) => item),
    );
    expect(after.chosen).toBeNull();
  });

  it("gives back a choice, with its seed", () => {
    const before = session({ items: [], chosen: { seed: 77 }, setup: { ...setup, minutes: 35 } });
    const after = fromRequest(toRequest(before, who(70)));
    expect(after.chosen).toEqual({ seed: 77 });
    expect(after.setup).toEqual(before.setup);
  });

  it("reads a day of a week's plan so that it takes as long as it was planned", () => {
    const day = {
      exercise_names: ["plank", "skater"],
      config: {
        avoid: ["jumps" as const, "floor" as const],
        equipment: [],
        include_warm_up: true,
        include_cool_down: true,
        intensity: "medium_intensity" as const,
        intervals: { get_ready: 6, rest_time: 30, round_rest_time: 48, work_time: 31 },
        rounds: 3,
        seed: 42,
        weight: 62.5,
      },
    };
    const { items, setup } = fromRequest(day);
    expect(items.map(({ id }) => id)).toEqual(["plank", "skater"]);
    expect(setup).toMatchObject({ roundRest: 48, seed: 42 });
    expect(toRequest({ items, setup, chosen: null }, who(62.5)).config).toMatchObject({
      seed: 42,
      rounds: 3,
      include_warm_up: true,
      intervals: day.config.intervals,
    });
  });

  it("rests as long between rounds as between exercises where nothing else is said", () => {
    const { setup } = fromRequest({
      exercise_names: ["plank"],
      config: { intervals: { rest_time: 12 } },
    });
    expect(setup.roundRest).toBe(12);
  });
});
