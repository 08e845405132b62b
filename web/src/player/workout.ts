"use client";
/** The workout that is in the player: its addresses, its document, its timeline. */
import { useQuery } from "@tanstack/react-query";
import { API_BASE, api, body, type Timeline, type Workout } from "@/api/client";
import type { Problem } from "@/api/problem";

export const addressesOf = (token: string) => {
  const link = `${API_BASE}/api/workouts/${encodeURIComponent(token)}`;
  return {
    file: `${link}/video.mp4`,
    stream: `${link}/stream.mp4`,
    poster: `${link}/poster.jpg`,
    captions: `${link}/captions.vtt`,
  };
};

export function useWorkout(token: string) {
  return useQuery<Workout, Problem>({
    queryKey: ["workout", token],
    queryFn: () => workout(token),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The document describes this operation under the name of another, so its types are not this one's. */
const workout = (token: string) =>
  body<unknown>(
    api.GET("/api/workouts/{token}", { params: { path: { token } as never } }),
  ) as Promise<Workout>;

export function useTimeline(token: string) {
  return useQuery<Timeline, Problem>({
    queryKey: ["timeline", token],
    queryFn: () => body(api.GET("/api/workouts/{token}/timeline", { params: { path: { token } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The same workout with or without the bar in the picture; a server may not tell. */
interface Twins {
  with_hud?: string | null;
  without_hud?: string | null;
}

const twins = (workout: Workout): Twins => workout.links as Twins;

/** The link whose video shows countdown and names by itself. */
export function withHud(workout: Workout): string {
  return twins(workout).with_hud ?? workout.links.self;
}

/** Token of the workout without the bar: the player draws its own. */
export function tokenWithoutHud(workout: Workout): string {
  return twins(workout).without_hud?.split("/").at(-1) ?? workout.token;
}

/** `Push-ups, Plank, +3`. */
export function titleOf(names: readonly string[], more: (n: number) => string): string {
  const shown = names.slice(0, 3);
  return [...shown, ...(names.length > 3 ? [more(names.length - 3)] : [])].join(", ");
}
