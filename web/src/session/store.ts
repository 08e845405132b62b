"use client";
/**
 * The session that is being put together: its exercises in order and how they are done. Kept in the
 * browser, so that neither an error nor a reload loses it. What it comes to is the server's to say.
 */
import { create } from "zustand";
import { persist } from "zustand/middleware";
import { DEFAULT_SETUP, type Setup } from "./setup";

export { DEFAULT_SETUP, type Overlays, type Setup } from "./setup";

/** An exercise in the session. The same one may stand in it twice, so each has a key of its own. */
export interface Item {
  key: string;
  id: string;
  /** Seconds of work, where it differs from the session's. */
  workTime?: number;
  speed?: number;
}

/** What a session is, without the ways to change it. */
export interface Session {
  items: Item[];
  setup: Setup;
  /**
   * Set while the server's own choice stands as it was made: then the session takes exactly
   * `setup.minutes`, and a change of the setup is a new choice with the same seed. The first change
   * of the list by hand makes it a list.
   */
  chosen: { seed: number } | null;
  /** The day of the week's plan that it is, if it is one. */
  planned?: string | undefined;
}

/** What can be taken back: how the list was before. Not kept over a reload. */
export interface Past {
  what: "removed" | "cleared" | "replaced";
  /** The exercise that was removed, if it was one alone. */
  id: string | null;
  before: Pick<Session, "items" | "chosen" | "planned"> & { rounds: number };
}

interface Actions {
  past: Past | null;
  add(id: string): void;
  remove(key: string): void;
  duplicate(key: string): void;
  /** Moves the item `key` to where `over` is. */
  move(key: string, over: string): void;
  /** Another exercise in its place. */
  swap(key: string, id: string): void;
  /** Takes out all but these, at once. */
  retain(items: Item[]): void;
  clear(): void;
  undo(): void;
  configure(change: Partial<Setup>): void;
  /** Lets the server choose. What it chose is `settle`d when it has answered. */
  choose(seed: number): void;
  /** The exercises of a round and the number of rounds that the server chose. */
  settle(ids: readonly string[], rounds: number): void;
  /** Takes over a session, such as one of the week's plan. */
  load(session: Session): void;
  /** The same, where it can be taken back: what was there before is the person's own. */
  adopt(session: Session): void;
}

export const useSession = create<Session & Actions>()(
  persist(
    (set) => ({
      items: [],
      setup: DEFAULT_SETUP,
      chosen: null,
      planned: undefined,
      past: null,
      add: (id) => set(({ items }) => listed([...items, item(id)])),
      remove: (key) =>
        set((now) => ({
          ...listed(now.items.filter((it) => it.key !== key)),
          past: past("removed", now, now.items.find((it) => it.key === key)?.id),
        })),
      duplicate: (key) =>
        set(({ items }) =>
          listed(items.flatMap((it) => (it.key === key ? [it, { ...it, key: newKey() }] : [it]))),
        ),
      move: (key, over) =>
        set(({ items }) => {
          const next = moved(items, key, over);
          return next === items ? {} : listed(next);
        }),
      swap: (key, id) =>
        set(({ items }) => listed(items.map((it) => (it.key === key ? { ...item(id), key } : it)))),
      retain: (items) => set((now) => ({ ...listed(items), past: past("removed", now) })),
      clear: () =>
        set((now) => ({ ...listed([]), planned: undefined, past: past("cleared", now) })),
      undo: () =>
        set(({ past, setup }) => {
          if (past === null) return {};
          const { rounds, ...before } = past.before;
          return { ...before, setup: { ...setup, rounds }, past: null };
        }),
      configure: (change) =>
        set((now) => {
          const setup = { ...now.setup, ...change };
          // Nothing twice is one round.
          if (setup.noRepeat) setup.rounds = 1;
          // The server chooses how many rounds fit, so who sets them makes a list of its choice.
          return { setup, chosen: change.rounds === undefined ? now.chosen : null };
        }),
      choose: (seed) =>
        set((now) => ({
          chosen: { seed },
          planned: undefined,
          past: now.items.length > 0 ? past("replaced", now) : null,
        })),
      settle: (ids, rounds) =>
        set(({ items, setup }) => {
          const same = items.length === ids.length && items.every((it, i) => it.id === ids[i]);
          if (same && setup.rounds === rounds) return {};
          return { items: same ? items : ids.map(item), setup: { ...setup, rounds } };
        }),
      load: ({ items, setup, chosen, planned }) =>
        set({ items, setup, chosen, planned, past: null }),
      adopt: ({ items, setup, chosen, planned }) =>
        set((now) => ({
          items,
          setup,
          chosen,
          planned,
          past: now.items.length > 0 ? past("replaced", now) : null,
        })),
    }),
    {
      name: "session",
      version: 1,
      // The first paint is the export's, which knows no session: see `useStored`.
      skipHydration: true,
      partialize: ({ items, setup, chosen, planned }) => ({ items, setup, chosen, planned }),
      // A setting that is newer than what the browser kept has its default.
      merge: (kept, now) => {
        const session = kept as Partial<Session> | undefined;
        return { ...now, ...session, setup: { ...now.setup, ...session?.setup } };
      },
    },
  ),
);

/** A list of the person's own making. */
const listed = (items: Item[]) => ({ items, chosen: null, past: null });

function past(what: Past["what"], now: Session, id: string | null = null): Past {
  const { items, chosen, planned, setup } = now;
  return { what, id, before: { items, chosen, planned, rounds: setup.rounds } };
}

function moved(items: Item[], key: string, over: string): Item[] {
  const from = items.findIndex((it) => it.key === key);
  const to = items.findIndex((it) => it.key === over);
  const it = items[from];
  if (it === undefined || to < 0 || from === to) return items;
  return items.toSpliced(from, 1).toSpliced(to, 0, it);
}

export const newKey = (): string => Math.random().toString(36).slice(2, 10);
export const item = (id: string): Item => ({ key: newKey(), id });
