"use client";
/** How a person likes to watch. Kept in the browser; the speed is not, it belongs to one workout. */
import { create } from "zustand";
import { persist } from "zustand/middleware";

export interface Settings {
  /** 0 to 1. */
  volume: number;
  muted: boolean;
  captions: boolean;
  voice: boolean;
  /** Keys of one character, which some people press by speaking. */
  keys: boolean;
}

export const useSettings = create<Settings & { set(change: Partial<Settings>): void }>()(
  persist(
    (set) => ({
      volume: 1,
      muted: false,
      captions: false,
      voice: false,
      keys: true,
      set: (change) => set(change),
    }),
    {
      name: "player",
      version: 1,
      skipHydration: true,
      partialize: ({ volume, muted, captions, voice, keys }) => ({
        volume,
        muted,
        captions,
        voice,
        keys,
      }),
    },
  ),
);
