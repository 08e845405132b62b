/** The server, as the page sees it: every call typed by its OpenAPI document, every failure a `Problem`. */
import createClient from "openapi-fetch";
import { Problem } from "./problem";
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
export type Exercise = Schemas["Exercise"];
export type Difficulty = Schemas["Difficulty"];
export type Intensity = Schemas["Intensity"];
export type Resolution = Schemas["Resolution"];
export type Orientation = Schemas["Orientation"];
export type WorkoutRequest = Schemas["WorkoutRequest"];
export type WorkoutConfig = Schemas["WorkoutConfig"];
export type Plan = Schemas["PlanView"];
export type Note = Schemas["Note"];
export type Workout = Schemas["Workout"];
export type Timeline = Schemas["Timeline"];
export type TimedInterval = Schemas["TimedInterval"];
export type IntervalKind = Schemas["IntervalKind"];

/** Where the server is: empty or a path on this origin, or another origin. */
export const API_BASE = process.env.API_BASE ?? "";

export const api = createClient<paths>({ baseUrl: API_BASE });

api.use({
  async onResponse({ response }) {
    // 304 does not reach us: the browser answers it from its cache.
    if (!response.ok) throw await Problem.of(response);
  },
  onError({ error }) {
    return Problem.unreachable(error);
  },
});

/** The body of a call that has thrown if there was none. */
export async function body<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  if (data === undefined) throw Problem.unreachable("an answer without a body");
  return data;
}

/** Links of the server are paths on its own origin, which may not be the page's. */
export function atServer(path: string): string {
  if (typeof window === "undefined") return path;
  return new URL(path, new URL(API_BASE || "/", window.location.href)).href;
}
