"use client";
/** Counts what is really played, and notes the session as done at nine tenths, once. */
import { useEffect, useRef } from "react";
import type { Workout } from "@/api/client";
import { useHistory } from "@/history/store";
import type { Place } from "./places";
import { ENOUGH, Played } from "./played";
import type { Origin } from "./store";
import type { Show } from "./use-film";

export function useRecord(
  { film, clock }: Show,
  workout: Workout | undefined,
  title: string,
  origin: Origin,
  before: Place | null,
) {
  const played = useRef<Played | null>(null);
  played.current ??= new Played(before);
  useEffect(() => {
    const count = played.current;
    if (count === null) return;
    const { video } = film;
    const tick = () => {
      if (video.paused || video.seeking) return;
      count.tick(clock.time);
      if (count.recorded || workout === undefined) return;
      if (count.seconds < workout.duration * ENOUGH) return;
      count.recorded = true;
      useHistory.getState().record({
        at: new Date().toISOString(),
        token: workout.token,
        title,
        seconds: Math.round(workout.duration),
        kcal: workout.kcal,
        ...(origin.planned === undefined ? {} : { planned: origin.planned }),
      });
    };
    const jump = () => count.jump();
    const leave = clock.subscribe(tick);
    video.addEventListener("seeking", jump);
    video.addEventListener("emptied", jump);
    return () => {
      leave();
      video.removeEventListener("seeking", jump);
      video.removeEventListener("emptied", jump);
    };
  }, [film, clock, workout, title, origin]);
  return played.current;
}
