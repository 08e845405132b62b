import { expect, it } from "vitest";
import { exercise } from "@/library/exercise.fixture";
import { alike } from "./alike";
import { DEFAULT_SETUP, type Session } from "./store";

const chest = { primary: ["chest"], secondary: ["triceps"] };
const pushUps = exercise("push-ups", { muscles: chest });
const others = [
  exercise("squat", { muscles: { primary: ["quadriceps"], secondary: ["chest"] } }),
  exercise("cardio-push", { category: "cardio", muscles: chest }),
  exercise("broken", { muscles: chest, available: false }),
  exercise("with-bar", { muscles: chest, equipment: ["barbell"] }),
  exercise("hard-one", { muscles: chest, difficulty: "hard" }),
  exercise("jumping", { muscles: chest, has_jump: true }),
  exercise("knee-push-up", { muscles: chest }),
];
const session: Session = {
  items: [{ key: "k", id: "push-ups" }],
  setup: DEFAULT_SETUP,
  chosen: null,
};
const all = [pushUps, ...others];
const found = (session: Session, of = pushUps) => alike(of, all, session).map(({ id }) => id);

it("finds what trains the same, the most alike first", () => {
  expect(found({ ...session, setup: { ...DEFAULT_SETUP, equipment: ["bands"] } })).toEqual([
    "knee-push-up",
    "jumping",
    "hard-one",
  ]);
});

it("leaves out what the session has already, and what its settings refuse", () => {
  const items = [...session.items, { key: "l", id: "knee-push-up" }];
  expect(found({ ...session, items })).not.toContain("knee-push-up");
  expect(found({ ...session, setup: { ...DEFAULT_SETUP, noJump: true } })).not.toContain("jumping");
});

it("does not offer a hard exercise for an easy one", () => {
  expect(found(session, exercise("easy", { muscles: chest, difficulty: "easy" }))).not.toContain(
    "hard-one",
  );
});
