"use client";
/** The stage in full screen, not the video alone, so that the overlays stay. */
import { useEffect, useState } from "react";

export function useFullscreen(stage: HTMLElement | null): boolean {
  const [full, setFull] = useState(false);
  useEffect(() => {
    const change = () => setFull(stage !== null && document.fullscreenElement === stage);
    document.addEventListener("fullscreenchange", change);
    return () => document.removeEventListener("fullscreenchange", change);
  }, [stage]);
  return full;
}

/** An iPhone of before, which knows full screen for videos alone. */
interface OldPhone {
  webkitEnterFullscreen?: () => void;
}

export function toggleFullscreen(stage: HTMLElement, video: HTMLVideoElement): void {
  if (document.fullscreenElement !== null) {
    void document.exitFullscreen();
  } else if (stage.requestFullscreen === undefined) {
    (video as OldPhone).webkitEnterFullscreen?.();
  } else {
    stage.requestFullscreen().then(
      () => turn(video),
      () => undefined,
    );
  }
}

/** A phone is turned with a wide picture, where the browser can. */
function turn(video: HTMLVideoElement): void {
  const orientation = screen.orientation as { lock?: (to: string) => Promise<void> } | undefined;
  if (video.videoWidth <= video.videoHeight || !matchMedia("(pointer: coarse)").matches) return;
  orientation?.lock?.("landscape").catch(() => undefined);
}
