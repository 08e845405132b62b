"use client";
/** The workout that is in the player: its addresses, its document, its timeline. */
import { useQuery } from "@tanstack/react-query";
import { API_BASE, api, body, type Timeline, type Workout } from "@/api/client";
import type { Problem } from "@/api/problem";
import type { Locale } from "@/i18n/texts";

export const addressesOf = (token: string) => {
  const link = `${API_BASE}/api/workouts/${encodeURIComponent(token)}`;
  return {
    file: `${link}/video.mp4`,
    stream: `${link}/stream.mp4`,
    poster: `${link}/poster.jpg`,
    /** In the page's language, whatever the workout's. */
    captions: (language: Locale) => `${link}/captions.vtt?language=${language}`,
  };
};

export function useWorkout(token: string) {
  return useQuery<Workout, Problem>({
    queryKey: ["workout", token],
    queryFn: () => workout(token),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

const workout = (token: string) =>
  body(api.GET("/api/workouts/{token}", { params: { path: { token } } }));

export function useTimeline(token: string) {
  return useQuery<Timeline, Problem>({
    queryKey: ["timeline", token],
    queryFn: () => body(api.GET("/api/workouts/{token}/timeline", { params: { path: { token } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Token of the workout without the bar in the picture: the player draws its own. */
export function tokenWithoutHud({ links, token }: Workout): string {
  return links.without_hud.split("/").at(-1) ?? token;
}

/** `Push-ups, Plank, +3`. */
export function titleOf(names: readonly string[], more: (n: number) => string): string {
  const shown = names.slice(0, 3);
  return [...shown, ...(names.length > 3 ? [more(names.length - 3)] : [])].join(", ");
}
