"use client";
/** A film and its clock in a video element, for as long as the token is the same. */
import { type RefObject, useEffect, useState, useSyncExternalStore } from "react";
import { Clock } from "./clock";
import { Film, type FilmState } from "./film/film";
import { keepPicture } from "./film/still";
import { addressesOf } from "./workout";

export interface Show {
  film: Film;
  clock: Clock;
}

export function useFilm(
  video: RefObject<HTMLVideoElement | null>,
  still: RefObject<HTMLCanvasElement | null>,
  token: string,
  autoplay: boolean,
  from: number,
): Show | null {
  const [show, setShow] = useState<Show | null>(null);
  useEffect(() => {
    const element = video.current;
    const canvas = still.current;
    if (element === null || canvas === null) return;
    const film = new Film(element, addressesOf(token), () => keepPicture(element, canvas));
    const clock = new Clock(element);
    clock.set(from);
    setShow({ film, clock });
    film.open(autoplay, from);
    return () => {
      clock.stop();
      film.close();
      setShow(null);
    };
  }, [video, still, token, autoplay, from]);
  return show;
}

export function useFilmState(film: Film): FilmState {
  return useSyncExternalStore(film.subscribe, film.state, film.state);
}
