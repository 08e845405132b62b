import { expect, it } from "vitest";
import { sample } from "@/player/sample";
import { fromTimeline } from "./from-timeline";
import { DEFAULT_SETUP } from "./store";

it("reads exercises, lengths and rounds out of what is played", () => {
  const { items, setup, chosen } = fromTimeline(sample(), DEFAULT_SETUP);
  // Both sides of the plank are one exercise of 40 s.
  expect(items.map(({ key, ...rest }) => rest)).toEqual([{ id: "push-ups" }, { id: "side-plank" }]);
  expect(setup).toMatchObject({ work: 40, rest: 20, getReady: 5, rounds: 2, warmUp: false });
  expect(chosen).toBeNull();
});

it("keeps what differs for one exercise, and the person's own looks", () => {
  const timeline = sample();
  for (const interval of timeline.intervals) {
    if (interval.exercise === "push-ups") Object.assign(interval, { duration: 30, speed: 0.9 });
    else interval.speed = 1.2;
  }
  const looks = { ...DEFAULT_SETUP, resolution: "1080p" as const };
  const { items, setup } = fromTimeline(timeline, looks);
  expect(items[0]).toMatchObject({ id: "push-ups", speed: 0.9 });
  expect(setup).toMatchObject({ resolution: "1080p" });
});
