import { expect, it } from "vitest";
import type { Workout } from "@/api/client";
import { tokenToPlay } from "./token";

const workout = (links: Record<string, string>) =>
  ({ token: "whole", links }) as unknown as Workout;

it("plays the twin without the bar, below whatever path the server is", () => {
  const links = { self: "/coach/api/workouts/whole", without_hud: "/coach/api/workouts/bare" };
  expect(tokenToPlay(workout(links))).toBe("bare");
});
