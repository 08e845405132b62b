"use client";
/** What a person trains for. Kept in the browser alone; the server hears it only with a request. */
import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { Difficulty } from "@/api/client";

export const GOALS = ["fitness", "strength", "weight", "mobility"] as const;
export const AVOIDABLE = ["jumps", "floor", "kneeling"] as const;
export const WEEKDAYS = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

export type Goal = (typeof GOALS)[number];
export type Avoided = (typeof AVOIDABLE)[number];
export type Weekday = (typeof WEEKDAYS)[number];

export interface Goals {
  goal: Goal;
  level: Difficulty;
  /** Sessions a week, 1 to 7. */
  days: number;
  /** On which days, in the order of the week; empty: the server spreads them. */
  weekdays: Weekday[];
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
  weekdays: [],
  minutes: 20,
  equipment: [],
  avoid: [],
  weight: 70,
};

interface Stored {
  goals: Goals;
  /** Whether the person has chosen anything; until then a plan is only an example. */
  aimed: boolean;
}

interface Actions {
  aim(change: Partial<Goals>): void;
  /** Changes limits from Train: no answer to what somebody trains for. */
  limit(change: Partial<Pick<Goals, "level" | "avoid" | "equipment">>): void;
}

export const useGoals = create<Stored & Actions>()(
  persist(
    (set) => ({
      goals: DEFAULT_GOALS,
      aimed: false,
      aim: (change) => set(({ goals }) => ({ goals: { ...goals, ...change }, aimed: true })),
      limit: (change) => set(({ goals }) => ({ goals: { ...goals, ...change } })),
    }),
    {
      name: "goals",
      version: 1,
      skipHydration: true,
      partialize: ({ goals, aimed }) => ({ goals, aimed }),
      // A goal that is newer than what the browser kept has its default.
      merge: (kept, current) => {
        const { goals, aimed = false } = (kept ?? {}) as Partial<Stored>;
        return { ...current, goals: { ...DEFAULT_GOALS, ...goals }, aimed };
      },
    },
  ),
);

/** So many sessions; the days are the server's to spread, unless they were named and still fit. */
export function onDays(goals: Goals, days: number): Partial<Goals> {
  return { days, weekdays: goals.weekdays.length === days ? goals.weekdays : [] };
}

/** On these days, or spread if there are none. */
export function onWeekdays(goals: Goals, named: readonly Weekday[]): Partial<Goals> {
  const weekdays = WEEKDAYS.filter((day) => named.includes(day));
  return { weekdays, days: weekdays.length || goals.days };
}
