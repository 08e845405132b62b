"use client";
/** Sessions that were done: played to nine tenths. Kept in the browser, the newest last. */
import { create } from "zustand";
import { persist } from "zustand/middleware";

export interface Done {
  /** ISO date and time at which it counted as done. */
  at: string;
  /** Token of the workout that was played. */
  token: string;
  title: string;
  seconds: number;
  kcal: number;
  /** Day of the week's plan that it was, such as `1-monday`, if it was one. */
  planned?: string;
}

/** Two years of a session a day; older ones go. */
const KEPT = 730;

export const useHistory = create<{ done: Done[]; record(entry: Done): void; forget(): void }>()(
  persist(
    (set) => ({
      done: [],
      record: (entry) => set(({ done }) => ({ done: [...done, entry].slice(-KEPT) })),
      forget: () => set({ done: [] }),
    }),
    { name: "history", version: 1, skipHydration: true, partialize: ({ done }) => ({ done }) },
  ),
);
