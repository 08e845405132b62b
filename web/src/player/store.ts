"use client";
/** Which workout the player has, for all parts of the page. How it plays is the player's own affair. */
import { create } from "zustand";
import type { Problem } from "@/api/problem";

/** Where a workout comes from, so that a finished one is ticked off where it was planned. */
export interface Origin {
  planned?: string;
  /** It is what the session on this page came to, not somebody's link. */
  own?: boolean;
}

export type Stage =
  | { name: "empty" }
  /** The server decides what the workout is. */
  | { name: "planning" }
  /** A workout is in the player; `autoplay` after a click, not after a link was opened. */
  | { name: "open"; token: string; autoplay: boolean; origin: Origin }
  /** The session is as it was: only this failed. */
  | { name: "failed"; problem: Problem };

interface Playback {
  stage: Stage;
  plan(): void;
  open(token: string, options: { autoplay: boolean; origin?: Origin }): void;
  fail(problem: Problem): void;
  /** The page is left: whoever comes back goes on by a click. */
  rest(): void;
  /** The session on this page is now the one of the workout. */
  adopt(): void;
  close(): void;
}

export const usePlayback = create<Playback>()((set) => ({
  stage: { name: "empty" },
  plan: () => set({ stage: { name: "planning" } }),
  open: (token, { autoplay, origin = {} }) =>
    set({ stage: { name: "open", token, autoplay, origin } }),
  fail: (problem) => set({ stage: { name: "failed", problem } }),
  rest: () =>
    set(({ stage }) =>
      stage.name === "open" && stage.autoplay ? { stage: { ...stage, autoplay: false } } : {},
    ),
  adopt: () =>
    set(({ stage }) =>
      // Not a new stage, which would begin the workout anew.
      stage.name === "open" ? { stage: Object.assign(stage, { origin: { own: true } }) } : {},
    ),
  close: () => set({ stage: { name: "empty" } }),
}));
