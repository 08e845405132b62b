"use client";
/**
 * Gives a workout the whole screen of a phone (`immersed:` in globals.css), and brings the picture
 * there when it begins to play.
 */
import { useEffect } from "react";
import { prefersStill } from "@/ui/motion";

const PHONE =
  "(orientation: landscape) and (max-height: 500px), (orientation: portrait) and (max-width: 639px)";

export function useImmersed(stage: HTMLElement | null, upright: boolean, playing: boolean) {
  useEffect(() => {
    const { dataset } = document.documentElement;
    dataset.workout = upright ? "upright" : "wide";
    return () => {
      delete dataset.workout;
    };
  }, [upright]);
  useEffect(() => {
    if (stage === null || !playing || !window.matchMedia?.(PHONE).matches) return;
    stage.scrollIntoView({ block: "start", behavior: prefersStill() ? "instant" : "smooth" });
  }, [stage, playing]);
}
