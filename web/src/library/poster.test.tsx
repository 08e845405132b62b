import { act, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { exercise } from "./exercise.fixture";
import { Poster } from "./poster";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The preview that is there after somebody has looked for a while. */
function watched(facts: Parameters<typeof exercise>[1] = {}) {
  const { container } = render(<Poster exercise={exercise("plank", facts)} watched />);
  const before = container.querySelector("video");
  act(() => void vi.advanceTimersByTime(500));
  return { before, after: container.querySelector("video") };
}

it("plays the preview, silently and again and again, once somebody lingers", () => {
  const { before, after } = watched();
  expect(before).toBeNull();
  expect(after).toHaveAttribute("loop");
  expect(after?.muted).toBe(true);
  expect(after).toHaveAttribute("preload", "none");
});

it("stays still for who asked for less motion", () => {
  vi.stubGlobal("matchMedia", () => ({ matches: true }));
  expect(watched().after).toBeNull();
});

it("shows the exercise's icon where there is no clip", () => {
  const without = { thumbnail_url: null, video_url: null, icon: "🧘" };
  expect(watched(without).after).toBeNull();
  expect(document.body).toHaveTextContent("🧘");
});
