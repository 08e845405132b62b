"use client";
/** The picture of an exercise, which moves while it is looked at. */
import { useEffect, useState } from "react";
import { atServer, type Exercise } from "@/api/client";
import { prefersStill } from "@/ui/motion";
import { style } from "@/ui/style";

/** Long enough for a pointer that only passes. */
const LINGER_MS = 150;

export function Poster(props: {
  exercise: Exercise;
  /** Whether somebody looks at it: then the preview plays, unless motion is unwelcome. */
  watched?: boolean;
  className?: string;
}) {
  const { exercise, watched = false, className } = props;
  const { thumbnail_url: poster, video_url: preview } = exercise;
  const moves = useLingering(watched) && preview != null;
  return (
    <span
      className={style(
        "relative block aspect-video overflow-hidden rounded-xl bg-raised",
        className,
      )}
    >
      {poster == null ? (
        <span aria-hidden="true" className="grid size-full place-items-center text-2xl">
          {exercise.icon}
        </span>
      ) : (
        // biome-ignore lint/performance/noImgElement: a static export has no image server; the sizes are fixed
        <img
          src={atServer(poster)}
          alt=""
          width={854}
          height={480}
          loading="lazy"
          decoding="async"
          className={style("size-full object-cover", !exercise.available && "grayscale")}
        />
      )}
      {moves && (
        <video
          src={atServer(preview)}
          muted
          loop
          autoPlay
          playsInline
          preload="none"
          aria-hidden="true"
          tabIndex={-1}
          className="absolute inset-0 size-full object-cover"
        />
      )}
    </span>
  );
}

function useLingering(watched: boolean): boolean {
  const [lingering, setLingering] = useState(false);
  useEffect(() => {
    if (!watched || prefersStill()) return setLingering(false);
    const timer = setTimeout(() => setLingering(true), LINGER_MS);
    return () => clearTimeout(timer);
  }, [watched]);
  return lingering;
}
