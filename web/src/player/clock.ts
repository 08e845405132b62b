"use client";
/** The time of the picture that is on the screen, and what to show with it. */
import { useSyncExternalStore } from "react";
import type { Timeline } from "@/api/client";
import { type Now, now } from "./now";

/** Follows a video: at every new picture where the browser tells of them, else at every repaint. */
export class Clock {
  time = 0;
  readonly #listeners = new Set<() => void>();
  readonly #life = new AbortController();
  #told = 0;
  #frame = 0;

  constructor(private readonly video: HTMLVideoElement) {
    const { signal } = this.#life;
    if ("requestVideoFrameCallback" in video) {
      const picture: VideoFrameRequestCallback = (_, { mediaTime }) => {
        this.#told = performance.now();
        this.#show(mediaTime);
        this.#frame = video.requestVideoFrameCallback(picture);
      };
      this.#frame = video.requestVideoFrameCallback(picture);
    } else {
      const repaint = () => {
        this.#told = performance.now();
        if (this.video.readyState >= 2) this.#show(this.video.currentTime);
        this.#frame = requestAnimationFrame(repaint);
      };
      this.#frame = requestAnimationFrame(repaint);
    }
    // In a hidden tab no picture is shown, but the voice speaks on.
    const coarse = () => {
      if (performance.now() - this.#told > QUIET && !video.seeking && video.readyState >= 2) {
        this.#show(video.currentTime);
      }
    };
    video.addEventListener("timeupdate", coarse, { signal });
    video.addEventListener("ended", () => this.#show(video.currentTime), { signal });
  }

  /** Where it will be, before any picture is there. */
  set(time: number): void {
    this.#show(time);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  stop(): void {
    this.#life.abort();
    if ("requestVideoFrameCallback" in this.video) {
      this.video.cancelVideoFrameCallback(this.#frame);
    } else cancelAnimationFrame(this.#frame);
    this.#listeners.clear();
  }

  #show(time: number): void {
    if (time === this.time) return;
    this.time = time;
    for (const listener of this.#listeners) listener();
  }
}

const QUIET = 400;

/** A value of the moment, primitive or kept: the component is drawn anew only when it changes. */
export function useNow<T>(clock: Clock, timeline: Timeline, select: (now: Now) => T): T | null {
  const read = () => {
    const moment = now(timeline, clock.time);
    return moment === null ? null : select(moment);
  };
  return useSyncExternalStore(clock.subscribe, read, () => null);
}
