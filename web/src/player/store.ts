"use client";
/** Which workout the player has, for all parts of the page. How it plays is the player's own affair. */
import { create } from "zustand";
import type { Problem } from "@/api/problem";

/** Where a workout comes from, so that a finished one is ticked off where it was planned. */
export interface Origin {
  planned?: string;
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
  close(): void;
}

export const usePlayback = create<Playback>()((set) => ({
  stage: { name: "empty" },
  plan: () => set({ stage: { name: "planning" } }),
  open: (token, { autoplay, origin = {} }) =>
    set({ stage: { name: "open", token, autoplay, origin } }),
  fail: (problem) => set({ stage: { name: "failed", problem } }),
  close: () => set({ stage: { name: "empty" } }),
}));
