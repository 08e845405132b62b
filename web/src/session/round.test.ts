import { expect, it } from "vitest";
import type { Plan } from "@/api/client";
import { clock } from "./clock";
import { roundOf } from "./round";

type Interval = Plan["intervals"][number];

const work = (exercise: string, round: number, position: number): Partial<Interval> => ({
  kind: "work",
  exercise,
  round,
  position,
  rounds: 2,
});

it("reads a round, its sides as one and its warm-up not at all", () => {
  const intervals = [
    { kind: "warm_up", exercise: "march" },
    work("lunge", 1, 1),
    work("lunge", 1, 1),
    { kind: "rest" },
    work("plank", 1, 2),
    work("plank", 1, 3),
    work("lunge", 2, 1),
    work("lunge", 2, 1),
    work("plank", 2, 2),
    work("plank", 2, 3),
  ];
  expect(roundOf({ intervals } as Plan)).toEqual({ ids: ["lunge", "plank", "plank"], rounds: 2 });
});

it("shows minutes, and hours where there are some", () => {
  expect([0, 65, 599.6, 3723].map(clock)).toEqual(["0:00", "1:05", "10:00", "1:02:03"]);
});
