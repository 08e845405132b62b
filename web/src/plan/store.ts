"use client";
/** Which plan of four weeks is followed: it stays the same until the person asks for another one. */
import { create } from "zustand";
import { persist } from "zustand/middleware";

export interface Followed {
  /** What the server draws with: equal goals and seed, equal weeks. */
  seed: number;
  /** ISO date and time at which it was begun: sessions that were done before tick off nothing. */
  since: string;
  /** 1 to 4. */
  week: number;
}

interface Actions {
  turnTo(week: number): void;
  /** Other exercises, from week 1. */
  another(): void;
  /** The same exercises once more, from week 1. */
  again(): void;
}

export const WEEKS = [1, 2, 3, 4] as const;

export const usePlanned = create<Followed & Actions>()(
  persist(
    (set) => ({
      ...begun(),
      turnTo: (week) => set({ week }),
      another: () => set(begun()),
      again: () => set({ since: new Date().toISOString(), week: 1 }),
    }),
    {
      name: "plan",
      version: 1,
      skipHydration: true,
      partialize: ({ seed, since, week }) => ({ seed, since, week }),
      // Who comes for the first time has the seed that was drawn now, also the next time.
      onRehydrateStorage: () => (store) => store?.turnTo(store.week),
    },
  ),
);

/** A seed small enough to be read out, large enough to be another one. */
function begun(): Followed {
  const seed = Math.floor(Math.random() * 1_000_000);
  return { seed, since: new Date().toISOString(), week: 1 };
}
