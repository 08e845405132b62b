/** A week of sessions, as the server makes one of goals. */
import { api, body, type Intensity } from "@/api/client";
import type { components } from "@/api/schema";
import type { Goal, Goals, Weekday } from "@/goals/store";
import type { Locale } from "@/i18n/texts";

type Schemas = components["schemas"];
/** All of it: nothing is left to the server's defaults but when the days are. */
export type WeekRequest = Omit<Schemas["WeekRequest"], "week" | "seed"> & {
  week: number;
  seed: number;
};
export type MuscleGroup = Schemas["MuscleGroup"];
export type Title = Schemas["Title"];
export type PlannedSession = Schemas["SessionView"];

/** The document leaves the values open; which of them a code brings is in docs/week-plan.md. */
export type Reason = Omit<Schemas["Reason"], "code" | "values"> & {
  /** A code that is known has words in every language; a newer server's others are told in its own. */
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
};
export type PlannedDay = Omit<Schemas["DayView"], "reasons"> & { reasons: Reason[] };
export type PlannedWeek = Omit<Schemas["WeekView"], "days"> & { days: PlannedDay[] };

export function weekRequest(
  goals: Goals,
  language: Locale,
  week: number,
  seed: number,
): WeekRequest {
  const { goal, level, days, weekdays, minutes, equipment, avoid, weight } = goals;
  // The server wants one of the two: days that are named are counted already.
  const when = weekdays.length > 0 ? { weekdays } : { days };
  return {
    goal,
    level,
    ...when,
    minutes,
    equipment,
    avoid,
    weight_kg: weight,
    language,
    week,
    seed,
  };
}

export const planWeek = (request: WeekRequest, signal: AbortSignal): Promise<PlannedWeek> =>
  body(api.POST("/api/week-plan", { body: request, signal })) as Promise<PlannedWeek>;

/** The token in a session's link, which opens it in Train. */
export function tokenOf(session: PlannedSession): string | null {
  return session.link?.split("/").filter(Boolean).at(-1) ?? null;
}
