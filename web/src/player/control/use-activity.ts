"use client";
/** Whether someone is at the controls: they hide while it plays and nobody is. */
import { useCallback, useEffect, useState } from "react";

const REST = 2800;

export function useActivity(stage: HTMLElement | null, playing: boolean) {
  const [active, setActive] = useState(true);
  const [held, hold] = useState(false);
  const stay = held || !playing;

  useEffect(() => {
    // While it is paused they stay anyway, and playing begins with them.
    if (stage === null || !playing) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wake = (event?: Event) => {
      // A touch that shows them must not press what it could not see: `tap` decides.
      if (event instanceof PointerEvent && event.pointerType === "touch") return;
      setActive(true);
      later();
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(() => setActive(false), REST);
    };
    const leave = (event: PointerEvent) => {
      if (event.pointerType === "mouse") setActive(false);
    };
    setActive(true);
    later();
    stage.addEventListener("pointermove", wake);
    stage.addEventListener("pointerdown", later);
    stage.addEventListener("pointerleave", leave);
    stage.addEventListener("focusin", wake);
    document.addEventListener("keydown", wake);
    return () => {
      clearTimeout(timer);
      stage.removeEventListener("pointermove", wake);
      stage.removeEventListener("pointerdown", later);
      stage.removeEventListener("pointerleave", leave);
      stage.removeEventListener("focusin", wake);
      document.removeEventListener("keydown", wake);
    };
  }, [stage, playing]);

  const tap = useCallback(() => setActive((now) => !now), []);
  return { shown: active || stay, hold, tap };
}
