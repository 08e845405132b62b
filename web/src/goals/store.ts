"use client";
/** What a person trains for. Kept in the browser alone; the server hears it only with a request. */
import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { Difficulty } from "@/api/client";

export type Goal = "fitness" | "strength" | "weight" | "mobility";
export type Avoided = "jumps" | "floor" | "kneeling";

export interface Goals {
  goal: Goal;
  level: Difficulty;
  /** Sessions a week, 1 to 7. */
  days: number;
  /** Of each session. */
  minutes: number;
  equipment: string[];
  avoid: Avoided[];
  /** Kilograms, for the energy. */
  weight: number;
}

export const DEFAULT_GOALS: Goals = {
  goal: "fitness",
  level: "medium",
  days: 3,
  minutes: 20,
  equipment: [],
  avoid: [],
  weight: 70,
};

interface Actions {
  aim(change: Partial<Goals>): void;
}

export const useGoals = create<{ goals: Goals } & Actions>()(
  persist(
    (set) => ({
      goals: DEFAULT_GOALS,
      aim: (change) => set(({ goals }) => ({ goals: { ...goals, ...change } })),
    }),
    { name: "goals", version: 1, skipHydration: true, partialize: ({ goals }) => ({ goals }) },
  ),
);
