"use client";
/** The trainer's picture behind what is said before a workout is there. */
import { useMemo } from "react";
import { atServer } from "@/api/client";
import { useExercises } from "@/api/queries";
import { style } from "@/ui/style";

/** Seen from afar they say "workout"; any other exercise does when a catalogue lacks them. */
const FAVOURITES = ["reverse-lunge", "jumping-jack", "air-squat"];

export function Backdrop({ dim }: { dim?: boolean }) {
  const { data } = useExercises();
  const poster = useMemo(() => {
    const shown = data?.filter((exercise) => exercise.available && exercise.thumbnail_url);
    const favourite = FAVOURITES.map((id) => shown?.find((exercise) => exercise.id === id));
    return favourite.find((exercise) => exercise !== undefined) ?? shown?.[0];
  }, [data]);
  return (
    <>
      {/* Until there is one, and where no server gives one: dark, but not dead. */}
      <div className="absolute inset-0 bg-[radial-gradient(120%_130%_at_85%_20%,#0f766e_0%,#134e4a_30%,#0d1318_75%)]" />
      {poster?.thumbnail_url && (
        // biome-ignore lint/performance/noImgElement: a static export has no image optimizer
        <img
          src={atServer(poster.thumbnail_url)}
          alt=""
          // The figure, which stands in the middle of its picture, makes room for words on the left.
          className={style(
            "absolute inset-0 size-full origin-[0%_70%] scale-[1.36] object-cover",
            dim && "opacity-40",
          )}
        />
      )}
      <div className="absolute inset-0 bg-linear-to-r from-black/80 via-black/45 to-transparent" />
    </>
  );
}
