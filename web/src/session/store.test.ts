import { beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_SETUP, useSession } from "./store";

const state = () => useSession.getState();
const ids = () => state().items.map(({ id }) => id);
const key = (at: number) => state().items[at]?.key ?? "";

beforeEach(() => state().load({ items: [], setup: DEFAULT_SETUP, chosen: null }));

describe("the list", () => {
  beforeEach(() => {
    for (const id of ["a", "b", "c"]) state().add(id);
  });

  it("has the same exercise twice, each with a key of its own", () => {
    state().duplicate(key(0));
    expect(ids()).toEqual(["a", "a", "b", "c"]);
    expect(new Set(state().items.map((item) => item.key)).size).toBe(4);
  });

  it("moves an exercise to where another is, both ways", () => {
    state().move(key(0), key(2));
    expect(ids()).toEqual(["b", "c", "a"]);
    state().move(key(2), key(0));
    expect(ids()).toEqual(["a", "b", "c"]);
  });

  it("swaps in place", () => {
    state().swap(key(1), "x");
    expect(ids()).toEqual(["a", "x", "c"]);
  });

  it("takes back what was removed, and what was cleared", () => {
    state().remove(key(1));
    expect(ids()).toEqual(["a", "c"]);
    expect(state().past).toMatchObject({ what: "removed", id: "b" });
    state().undo();
    expect(ids()).toEqual(["a", "b", "c"]);
    state().clear();
    expect(ids()).toEqual([]);
    state().undo();
    expect(ids()).toEqual(["a", "b", "c"]);
    expect(state().past).toBeNull();
  });

  it("does not take back over a later change", () => {
    state().remove(key(1));
    state().add("d");
    expect(state().past).toBeNull();
    state().undo();
    expect(ids()).toEqual(["a", "c", "d"]);
  });
});

describe("a choice of the server", () => {
  beforeEach(() => {
    state().choose(7);
    state().settle(["a", "b"], 3);
  });

  it("shows as a list with its rounds, and stays a choice", () => {
    expect(ids()).toEqual(["a", "b"]);
    expect(state().setup.rounds).toBe(3);
    expect(state().chosen).toEqual({ seed: 7 });
  });

  it("keeps the rows where the same comes again", () => {
    const before = state().items;
    state().settle(["a", "b"], 2);
    expect(state().items).toBe(before);
    expect(state().setup.rounds).toBe(2);
  });

  it("stands through every setting but the number of rounds", () => {
    state().configure({ minutes: 30, work: 50 });
    expect(state().chosen).toEqual({ seed: 7 });
    state().configure({ rounds: 2 });
    expect(state().chosen).toBeNull();
  });

  it("becomes a list with the first change by hand, but not by a move to its own place", () => {
    state().move(key(0), key(0));
    expect(state().chosen).not.toBeNull();
    state().move(key(0), key(1));
    expect(state().chosen).toBeNull();
  });

  it("gives way to what it replaced, rounds and all", () => {
    state().load({
      items: [{ key: "k", id: "mine" }],
      setup: { ...DEFAULT_SETUP, rounds: 2 },
      chosen: null,
    });
    state().choose(8);
    state().settle(["x"], 5);
    state().configure({ work: 55 });
    state().undo();
    expect(ids()).toEqual(["mine"]);
    expect(state().chosen).toBeNull();
    expect(state().setup).toMatchObject({ rounds: 2, work: 55 });
  });
});

describe("the day of the week's plan", () => {
  const day = { items: [{ key: "k", id: "a" }], setup: DEFAULT_SETUP, chosen: null };

  it("survives changes of the session, not another session", () => {
    state().load({ ...day, planned: "1-monday" });
    state().add("b");
    state().configure({ work: 60 });
    expect(state().planned).toBe("1-monday");
    state().clear();
    expect(state().planned).toBeUndefined();
    state().undo();
    expect(state().planned).toBe("1-monday");
    state().choose(3);
    expect(state().planned).toBeUndefined();
    state().load({ ...day, planned: "1-monday" });
    state().load(day);
    expect(state().planned).toBeUndefined();
  });

  it("is kept by the browser, what can be taken back is not", () => {
    state().load({ ...day, planned: "1-monday" });
    state().remove("k");
    const kept = JSON.parse(localStorage.getItem("session") ?? "{}");
    expect(kept.state.planned).toBe("1-monday");
    expect(kept.state).not.toHaveProperty("past");
  });
});

it("has one round where nothing is to come twice", () => {
  state().configure({ rounds: 4 });
  state().configure({ noRepeat: true });
  expect(state().setup.rounds).toBe(1);
});

it("fills in settings that are newer than what the browser kept", async () => {
  const { seed, orientation, ...older } = DEFAULT_SETUP;
  localStorage.setItem(
    "session",
    JSON.stringify({
      version: 1,
      state: { items: [], setup: { ...older, work: 33 }, chosen: null },
    }),
  );
  await useSession.persist.rehydrate();
  expect(state().setup).toMatchObject({ work: 33, seed, orientation });
});
