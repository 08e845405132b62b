"use client";
import { type RefObject, useEffect } from "react";

/** Above the words and controls at the foot of the picture. */
const LINE = 16;

export function useCaptions(track: RefObject<HTMLTrackElement | null>, on: boolean) {
  useEffect(() => {
    const element = track.current;
    if (element === null) return;
    const show = () => {
      element.track.mode = on ? "showing" : "disabled";
      for (const cue of element.track.cues ?? []) {
        if (!(cue instanceof VTTCue)) continue;
        cue.snapToLines = false;
        cue.line = LINE;
      }
    };
    show();
    element.addEventListener("load", show);
    return () => element.removeEventListener("load", show);
  }, [track, on]);
}
