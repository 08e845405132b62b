"use client";
/**
 * The session that is being put together: its exercises in order and how they are done. Kept in the
 * browser, so that neither an error nor a reload loses it. What it comes to is the server's to say.
 */
import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { Difficulty, Intensity, Resolution } from "@/api/client";

/** An exercise in the session. The same one may stand in it twice, so each has a key of its own. */
export interface Item {
  key: string;
  id: string;
  /** Seconds of work, where it differs from the session's. */
  workTime?: number;
  speed?: number;
}

export interface Overlays {
  timer: boolean;
  progress: boolean;
  name: boolean;
  round: boolean;
}

/** How a session is done. Times in seconds. */
export interface Setup {
  /** Minutes in all, for sessions that are chosen. */
  minutes: number;
  intensity: Intensity;
  work: number;
  rest: number;
  roundRest: number;
  getReady: number;
  rounds: number;
  noRepeat: boolean;
  noJump: boolean;
  levels: Difficulty[];
  equipment: string[];
  warmUp: boolean;
  coolDown: boolean;
  cues: boolean;
  clipSound: boolean;
  resolution: Resolution;
  /** What the downloaded video shows; the player draws its own. */
  overlays: Overlays;
}

export const DEFAULT_SETUP: Setup = {
  minutes: 20,
  intensity: "medium_intensity",
  work: 40,
  rest: 20,
  roundRest: 30,
  getReady: 5,
  rounds: 1,
  noRepeat: false,
  noJump: false,
  levels: ["easy", "medium", "hard"],
  equipment: [],
  warmUp: false,
  coolDown: false,
  cues: true,
  clipSound: false,
  resolution: "720p",
  overlays: { timer: true, progress: true, name: true, round: true },
};

/** What a session is, without the ways to change it. */
export interface Session {
  items: Item[];
  setup: Setup;
  /**
   * Set while the server's own choice stands as it was made: then the session takes exactly
   * `setup.minutes`. The first change by hand makes it a list.
   */
  chosen: { seed: number } | null;
}

interface Actions {
  add(id: string): void;
  remove(key: string): void;
  duplicate(key: string): void;
  /** Moves the item `key` to where `over` is. */
  move(key: string, over: string): void;
  /** Another exercise in its place. */
  swap(key: string, id: string): void;
  clear(): void;
  configure(change: Partial<Setup>): void;
  /** Takes over a choice of the server, or a session of the week's plan. */
  load(session: Session): void;
}

export const useSession = create<Session & Actions>()(
  persist(
    (set) => ({
      items: [],
      setup: DEFAULT_SETUP,
      chosen: null,
      add: (id) => set(({ items }) => ({ items: [...items, item(id)], chosen: null })),
      remove: (key) => set(({ items }) => listed(items.filter((it) => it.key !== key))),
      duplicate: (key) =>
        set(({ items }) =>
          listed(items.flatMap((it) => (it.key === key ? [it, { ...it, key: newKey() }] : [it]))),
        ),
      move: (key, over) => set(({ items }) => listed(moved(items, key, over))),
      swap: (key, id) =>
        set(({ items }) => listed(items.map((it) => (it.key === key ? { ...item(id), key } : it)))),
      clear: () => set({ items: [], chosen: null }),
      configure: (change) =>
        set(({ setup, chosen }) => ({
          setup: { ...setup, ...change },
          chosen: keepsChoice(change) ? chosen : null,
        })),
      load: (session) => set(session),
    }),
    {
      name: "session",
      version: 1,
      // The first paint is the export's, which knows no session: see `useStored`.
      skipHydration: true,
      partialize: ({ items, setup, chosen }) => ({ items, setup, chosen }),
    },
  ),
);

/** A list of the person's own making. */
const listed = (items: Item[]) => ({ items, chosen: null });

/** Whether a choice of the server stays what it was: these change looks and sound alone. */
function keepsChoice(change: Partial<Setup>): boolean {
  const looks: readonly (keyof Setup)[] = ["cues", "clipSound", "resolution", "overlays"];
  return Object.keys(change).every((name) => looks.includes(name as keyof Setup));
}

function moved(items: Item[], key: string, over: string): Item[] {
  const from = items.findIndex((it) => it.key === key);
  const to = items.findIndex((it) => it.key === over);
  const it = items[from];
  if (it === undefined || to < 0) return items;
  return items.toSpliced(from, 1).toSpliced(to, 0, it);
}

export const newKey = (): string => Math.random().toString(36).slice(2, 10);
export const item = (id: string): Item => ({ key: newKey(), id });
