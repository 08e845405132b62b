import { expect, it } from "vitest";
import { sample } from "../sample";
import { gradientOf } from "./gradient";

it("marks every interval by its kind where it lies", () => {
  const stops = gradientOf(sample()).match(/var\(--\w+\) [\d.]+%/g) ?? [];
  expect(stops.slice(0, 3)).toEqual([
    "var(--wait) 0.000%",
    "var(--move) 4.630%",
    "var(--wait) 41.667%",
  ]);
  expect(stops.at(-1)).toBe("var(--wait) 100.000%");
});

it("leaves the gaps out where there is room for colour alone", () => {
  const timeline = sample();
  const [first] = timeline.intervals;
  if (first === undefined) throw new Error("a sample without intervals");
  const many = Array.from({ length: 400 }, (_, index) => ({
    ...first,
    index,
    start_frame: index * 150,
  }));
  expect(gradientOf({ ...timeline, frames: 60_000, intervals: many })).not.toContain("transparent");
});
