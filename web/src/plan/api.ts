/** A week of sessions, as the server makes one of goals. */
import type { Client } from "openapi-fetch";
import { api, body, type Difficulty, type Intensity, type WorkoutRequest } from "@/api/client";
import type { Avoided, Goal, Goals, Weekday } from "@/goals/store";

export interface WeekRequest {
  goal: Goal;
  level: Difficulty;
  days?: number;
  weekdays?: Weekday[];
  minutes: number;
  equipment: string[];
  avoid: Avoided[];
  weight_kg: number;
  week: number;
  seed: number;
}

export type MuscleGroup = "lower_body" | "upper_body" | "core";

export type Title =
  | "full_body"
  | "full_body_and_cardio"
  | "lower_body"
  | "lower_body_and_cardio"
  | "upper_body"
  | "upper_body_and_core"
  | "core"
  | "mobility";

export interface Reason {
  /** A code that is known has words in every language; others are told in the server's. */
  code: string;
  values: {
    days?: number;
    previous?: Weekday;
    muscle_groups?: MuscleGroup[];
    goal?: Goal;
    week?: number;
    work?: number;
    rest?: number;
    work_before?: number;
    rest_before?: number;
    intensity?: Intensity;
    minutes?: number;
  };
  text: string;
}

export interface PlannedSession {
  title: Title;
  name: string;
  easy: boolean;
  muscle_groups: MuscleGroup[];
  exercises: { id: string; name: string }[];
  duration: number;
  kcal: number;
  config: WorkoutRequest;
  /** Path of the workout's link, if it has one. */
  link: string | null;
}

export interface PlannedDay {
  weekday: Weekday;
  session: PlannedSession | null;
  reasons: Reason[];
}

export interface PlannedWeek {
  week: number;
  seed: number;
  sessions: number;
  duration: number;
  kcal: number;
  days: PlannedDay[];
}

interface Paths {
  "/api/week-plan": {
    post: {
      requestBody: { content: { "application/json": WeekRequest } };
      responses: { 200: { content: { "application/json": PlannedWeek } } };
    };
  };
}

export function weekRequest(goals: Goals, week: number, seed: number): WeekRequest {
  const { goal, level, days, weekdays, minutes, equipment, avoid, weight } = goals;
  // The server wants one of the two: days that are named are counted already.
  const when = weekdays.length > 0 ? { weekdays } : { days };
  return { goal, level, ...when, minutes, equipment, avoid, weight_kg: weight, week, seed };
}

export const planWeek = (request: WeekRequest, signal: AbortSignal): Promise<PlannedWeek> =>
  body((api as unknown as Client<Paths>).POST("/api/week-plan", { body: request, signal }));

/** The token in a session's link, which opens it in Train. */
export function tokenOf(session: PlannedSession): string | null {
  return session.link?.split("/").filter(Boolean).at(-1) ?? null;
}
