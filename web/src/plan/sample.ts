/** What the server plans, for tests. */
import type { PlannedSession, PlannedWeek } from "./api";

export function sampleSession(): PlannedSession {
  return {
    title: "full_body",
    name: "Full body",
    easy: false,
    muscle_groups: ["lower_body", "upper_body", "core"],
    exercises: [
      { id: "plank", name: "Plank" },
      { id: "push-ups", name: "Push-ups" },
      { id: "skater", name: "Skater" },
    ],
    duration: 1200,
    kcal: 80.4,
    config: {
      exercise_names: ["plank", "push-ups", "skater"],
      config: {
        rounds: 3,
        intensity: "medium_intensity",
        intervals: { work_time: 31, rest_time: 30, round_rest_time: 48, get_ready: 6 },
      },
    },
    link: "/coach/api/workouts/abc",
  };
}

/** Sessions on Monday and Wednesday; the second one has no link. */
export function sampleWeek(number: number): PlannedWeek {
  return {
    week: number,
    seed: 7,
    sessions: 2,
    duration: 2400,
    kcal: 160,
    goal: "fitness",
    notes: [],
    days: [
      { weekday: "monday", session: sampleSession(), reasons: [] },
      { weekday: "tuesday", session: null, reasons: [] },
      { weekday: "wednesday", session: { ...sampleSession(), link: null }, reasons: [] },
    ],
  };
}
