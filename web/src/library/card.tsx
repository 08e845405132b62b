"use client";
/** An exercise of the library: press the picture to read how it is done, the plus to add it. */
import { Info, Plus } from "lucide-react";
import { useState } from "react";
import type { Exercise } from "@/api/client";
import { useLocale, useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { style } from "@/ui/style";
import { Marks } from "./marks";
import { muscleWord, nameOf } from "./names";
import { Poster } from "./poster";

export function ExerciseCard(props: {
  exercise: Exercise;
  /** How often it is in the session. */
  times: number;
  onAdd: () => void;
  onOpen: () => void;
}) {
  const { exercise, times, onAdd, onOpen } = props;
  const [watched, setWatched] = useState(false);
  const texts = useTexts();
  const { library } = texts;
  const name = nameOf(exercise, useLocale());
  const { available } = exercise;
  const watch = { onMouseEnter: () => setWatched(true), onMouseLeave: () => setWatched(false) };
  const focus = { onFocus: () => setWatched(true), onBlur: () => setWatched(false) };
  return (
    <li
      className="group grid grid-cols-[minmax(0,1fr)] grid-rows-[auto_1fr] overflow-hidden rounded-2xl border bg-surface transition-[border-color,box-shadow] hover:border-muted/50 hover:shadow-md"
      {...watch}
      {...focus}
    >
      <div className="relative">
        <button
          type="button"
          onClick={onOpen}
          aria-label={library.about(name)}
          className="block w-full -outline-offset-2"
        >
          <Poster exercise={exercise} watched={watched} className="rounded-none" />
          <span className="absolute top-2 left-2 grid size-7 place-items-center rounded-full bg-black/55 text-white opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 [@media(hover:none)]:opacity-100">
            <Info aria-hidden="true" className="size-4" />
          </span>
        </button>
        {times > 0 && (
          <span className="absolute top-2 right-2 rounded-full bg-accent px-2 py-0.5 font-bold text-on-accent text-xs tabular-nums">
            <span aria-hidden="true">×{times}</span>
            <span className="sr-only">{library.inSession(times)}</span>
          </span>
        )}
      </div>
      <div className="flex items-end gap-2 p-3">
        <div className="grid min-w-0 flex-1 content-start gap-1 self-start">
          <h3
            className={style(
              "hyphens-auto break-words font-semibold text-sm leading-snug",
              !available && "text-muted",
            )}
          >
            {name}
          </h3>
          {available ? (
            <>
              <p className="truncate text-muted text-xs">
                {exercise.muscles.primary.map((muscle) => muscleWord(muscle, texts)).join(", ")}
              </p>
              <Marks exercise={exercise} />
            </>
          ) : (
            <p className="text-danger text-xs">
              {library.unavailable}
              {exercise.unavailable_reason && (
                <span lang="en" className="block text-muted">
                  {exercise.unavailable_reason}
                </span>
              )}
            </p>
          )}
        </div>
        {available && (
          <Button
            look="quiet"
            size="icon"
            className="size-10 bg-accent-soft text-accent hover:bg-accent hover:text-on-accent"
            aria-label={library.add(name)}
            title={library.add(name)}
            onClick={onAdd}
          >
            <Plus />
          </Button>
        )}
      </div>
    </li>
  );
}
