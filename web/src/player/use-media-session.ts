"use client";
/** The lock screen, headphones and keyboards with media keys. */
import { useEffect } from "react";
import type { Film } from "./film/film";

interface Shown {
  title: string;
  artist: string;
  poster: string;
}

interface Actions {
  play(): void;
  pause(): void;
  seek(time: number): void;
  next(): void;
  previous(): void;
}

export function useMediaSession(film: Film, playing: boolean, shown: Shown, actions: Actions) {
  const { title, artist, poster } = shown;
  useEffect(() => {
    if (!("mediaSession" in navigator)) return;
    navigator.mediaSession.metadata = new MediaMetadata({
      title,
      artist,
      artwork: [{ src: poster, type: "image/jpeg" }],
    });
    return () => {
      navigator.mediaSession.metadata = null;
    };
  }, [title, artist, poster]);

  useEffect(() => {
    if (!("mediaSession" in navigator)) return;
    navigator.mediaSession.playbackState = playing ? "playing" : "paused";
  }, [playing]);

  useEffect(() => {
    if (!("mediaSession" in navigator)) return;
    const session = navigator.mediaSession;
    const handlers: [MediaSessionAction, MediaSessionActionHandler][] = [
      ["play", actions.play],
      ["pause", actions.pause],
      ["nexttrack", actions.next],
      ["previoustrack", actions.previous],
      ["seekforward", ({ seekOffset }) => actions.seek(film.time + (seekOffset ?? 10))],
      ["seekbackward", ({ seekOffset }) => actions.seek(film.time - (seekOffset ?? 10))],
      ["seekto", ({ seekTime }) => seekTime !== undefined && actions.seek(seekTime)],
    ];
    for (const [action, handler] of handlers) accept(session, action, handler);
    const place = () => {
      if (!Number.isFinite(film.duration)) return;
      const position = Math.min(film.time, film.duration);
      session.setPositionState?.({
        duration: film.duration,
        playbackRate: film.video.playbackRate,
        position,
      });
    };
    const { video } = film;
    for (const type of PLACED) video.addEventListener(type, place);
    return () => {
      for (const [action] of handlers) accept(session, action, null);
      for (const type of PLACED) video.removeEventListener(type, place);
    };
  }, [film, actions]);
}

const PLACED = ["playing", "seeked", "ratechange", "pause"] as const;

function accept(
  session: MediaSession,
  action: MediaSessionAction,
  handler: MediaSessionActionHandler | null,
) {
  try {
    session.setActionHandler(action, handler);
  } catch {
    // This browser does not know this action.
  }
}
