"use client";
/** Keeps the place in a workout: while it plays, and at every way of leaving it. */
import { useEffect } from "react";
import { usePlaces } from "./places";
import type { Played } from "./played";
import type { Show } from "./use-film";

const EVERY = 2000;
/** Seconds at either end of a workout that are no place to go on from. */
const ENDS = 4;

export function usePlace({ film, clock }: Show, token: string, duration: number, played: Played) {
  useEffect(() => {
    const { video } = film;
    let kept = 0;
    const keep = () => {
      const seconds = film.time;
      if (seconds < ENDS || seconds > duration - ENDS || film.state().ended) return;
      kept = performance.now();
      const { ranges, recorded } = played;
      usePlaces.getState().keep({ token, seconds, played: ranges, recorded });
    };
    const tick = () => {
      if (!video.paused && performance.now() - kept > EVERY) keep();
    };
    const end = () => usePlaces.getState().forget(token);
    const leave = clock.subscribe(tick);
    video.addEventListener("pause", keep);
    video.addEventListener("seeked", keep);
    video.addEventListener("ended", end);
    window.addEventListener("pagehide", keep);
    return () => {
      leave();
      video.removeEventListener("pause", keep);
      video.removeEventListener("seeked", keep);
      video.removeEventListener("ended", end);
      window.removeEventListener("pagehide", keep);
      keep();
    };
  }, [film, clock, token, duration, played]);
}
