import { expect, it } from "vitest";
import { clock, countdown, nextStart, now, previousStart } from "./now";
import { sample } from "./sample";

const timeline = sample();
const at = (time: number) => {
  const shown = now(timeline, time);
  if (shown === null) throw new Error("nothing to show");
  return shown;
};

it("changes at the very picture at which an interval begins", () => {
  const picture = (n: number) => at(n / 30).interval.index;
  expect([149, 150, 1349, 1350].map(picture)).toEqual([0, 1, 1, 2]);
  // As browsers give it: microseconds, cut off or rounded.
  expect(at(4.999999).interval.index).toBe(1);
  expect(at(4.966667).interval.index).toBe(0);
});

it("counts 40 s from 40 to 1, like the burnt-in bar", () => {
  const shown = [0, 29, 30, 1169, 1170, 1199].map((picture) => at(5 + picture / 30).seconds);
  expect(shown).toEqual([40, 40, 39, 2, 1, 1]);
});

it("agrees with the picture's number everywhere", () => {
  for (let frame = 0; frame < timeline.frames; frame++) expect(at(frame / 30).frame).toBe(frame);
});

it("shows a full bar with the last picture, and stays there", () => {
  expect(at(timeline.duration - 1 / 30).progress).toBe(1);
  expect(at(timeline.duration + 5).progress).toBe(1);
  expect(at(timeline.duration + 5).interval.kind).toBe("finish");
  expect(at(-1).frame).toBe(0);
});

it("empties the ring from 1 towards 0", () => {
  expect(at(5).left).toBe(1);
  expect(at(25).left).toBe(0.5);
});

it("has nothing to show for an empty timeline", () => {
  expect(now({ ...timeline, frames: 0, intervals: [] }, 1)).toBeNull();
});

it("goes to the next interval, and from the last one to the end", () => {
  expect([0, 5, 44.9, 106].map((time) => nextStart(timeline, time))).toEqual([5, 45, 45, 108]);
});

it("goes to the start of an interval first, then to the one before", () => {
  expect([0.5, 5.5, 8, 45.1].map((time) => previousStart(timeline, time))).toEqual([0, 0, 5, 5]);
});

it("writes times as the bar does", () => {
  expect([1, 59, 60, 61, 754, 3600].map(countdown)).toEqual([
    "1",
    "59",
    "1:00",
    "1:01",
    "12:34",
    "60:00",
  ]);
  expect([0, 7.9, 61].map(clock)).toEqual(["0:00", "0:07", "1:01"]);
});
