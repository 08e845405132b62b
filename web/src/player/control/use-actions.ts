"use client";
/** What one can do with the film: the same for buttons, keys and the lock screen. */
import { useEffect, useMemo, useRef, useState } from "react";
import type { Timeline } from "@/api/client";
import type { Clock } from "../clock";
import type { Film } from "../film/film";
import type { Command } from "../keys";
import { speedBeside } from "../keys";
import { nextStart, previousStart } from "../now";
import { useSettings } from "../settings";
import { toggleFullscreen } from "./use-fullscreen";

export interface Actions {
  play(): void;
  pause(): void;
  toggle(): void;
  seek(time: number): void;
  next(): void;
  previous(): void;
  mute(): void;
  captions(): void;
  setSpeed(speed: number): void;
  fullscreen(): void;
  pictureInPicture(): void;
  hasPictureInPicture: boolean;
  help(): void;
  obey(command: Command): void;
}

interface Parts {
  film: Film;
  clock: Clock;
  timeline: Timeline;
  stage: HTMLElement | null;
  onHelp: () => void;
}

export function useActions({ film, clock, timeline, stage, onHelp }: Parts) {
  const [speed, setSpeed] = useState(1);
  const now = useRef(speed);
  now.current = speed;
  useEffect(() => {
    // A new source begins with the default.
    film.video.defaultPlaybackRate = speed;
    film.video.playbackRate = speed;
  }, [film, speed]);

  const actions = useMemo((): Actions => {
    const { video } = film;
    const seek = (time: number) => {
      const at = Math.min(Math.max(time, 0), timeline.duration);
      film.seek(at);
      // Nothing is on the screen yet that could tell.
      if (video.readyState < 2) clock.set(at);
    };
    const toggle = () => (film.state().playing ? film.pause() : film.play());
    const mute = () => {
      const { muted, volume, set } = useSettings.getState();
      if (muted || volume === 0) set({ muted: false, volume: volume === 0 ? 0.5 : volume });
      else set({ muted: true });
    };
    const captions = () => {
      const { captions, set } = useSettings.getState();
      set({ captions: !captions });
    };
    const louder = (by: number) => {
      const { muted, volume, set } = useSettings.getState();
      const next = Math.min(Math.max((muted ? 0 : volume) + by, 0), 1);
      set({ volume: next, muted: next === 0 });
    };
    const pictureInPicture = () => {
      const change =
        document.pictureInPictureElement === video
          ? document.exitPictureInPicture()
          : video.requestPictureInPicture();
      // Refused before there is a picture, or by the browser's settings: nothing changes.
      change.catch(() => undefined);
    };
    const next = () => seek(nextStart(timeline, film.time));
    const previous = () => seek(previousStart(timeline, film.time));
    const fullscreen = () => stage && toggleFullscreen(stage, video);
    const obey = (command: Command) => {
      switch (command.does) {
        case "toggle":
          return toggle();
        case "skip":
          return seek(film.time + command.seconds);
        case "tenth":
          return seek((timeline.duration * command.tenth) / 10);
        case "next":
          return next();
        case "previous":
          return previous();
        case "mute":
          return mute();
        case "volume":
          return louder(command.by);
        case "captions":
          return captions();
        case "fullscreen":
          return fullscreen();
        case "picture-in-picture":
          return document.pictureInPictureEnabled ? pictureInPicture() : undefined;
        case "faster":
          return setSpeed(speedBeside(now.current, 1));
        case "slower":
          return setSpeed(speedBeside(now.current, -1));
        case "help":
          return onHelp();
      }
    };
    return {
      play: () => film.play(),
      pause: () => film.pause(),
      toggle,
      seek,
      next,
      previous,
      mute,
      captions,
      setSpeed,
      fullscreen,
      pictureInPicture,
      hasPictureInPicture: document.pictureInPictureEnabled === true,
      help: onHelp,
      obey,
    };
  }, [film, clock, timeline, stage, onHelp]);
  return { actions, speed };
}
