"use client";
/**
 * Where workouts were left, and which one the player had last. Kept in the browser: a reload, a visit to
 * another page or a change of language takes nobody back to the beginning.
 */
import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { Origin } from "./store";

export interface Place {
  token: string;
  /** Where it was. */
  seconds: number;
  /** What of it was really played: disjoint, rising. */
  played: [from: number, to: number][];
  /** Whether it is in the history already. */
  recorded: boolean;
}

interface Last {
  token: string;
  origin: Origin;
  /** Milliseconds since 1970 at which it was last in the player. */
  at: number;
}

interface Places {
  last: Last | null;
  /** The newest last. */
  places: Place[];
  opened(token: string, origin: Origin): void;
  keep(place: Place): void;
  /** It was seen to its end, or is not wanted any more. */
  forget(token: string): void;
}

/** More shared links than anybody has half seen. */
const KEPT = 20;
/** Who comes back later than this begins something new. */
const LASTS = 12 * 3600 * 1000;

export const usePlaces = create<Places>()(
  persist(
    (set) => ({
      last: null,
      places: [],
      opened: (token, origin) => set({ last: { token, origin, at: Date.now() } }),
      keep: (place) =>
        set(({ places, last }) => ({
          places: [...places.filter(({ token }) => token !== place.token), place].slice(-KEPT),
          last: last?.token === place.token ? { ...last, at: Date.now() } : last,
        })),
      forget: (token) =>
        set(({ places, last }) => ({
          places: places.filter((place) => place.token !== token),
          last: last?.token === token ? null : last,
        })),
    }),
    {
      name: "playback",
      version: 1,
      skipHydration: true,
      partialize: ({ last, places }) => ({ last, places }),
    },
  ),
);

/** The workout to show again, if it was in the player not long ago. */
export function lastWorkout(now: number): Last | null {
  const { last } = usePlaces.getState();
  return last !== null && now - last.at < LASTS ? last : null;
}

export const placeOf = (token: string): Place | undefined =>
  usePlaces.getState().places.find((place) => place.token === token);
