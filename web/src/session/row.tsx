"use client";
/** An exercise of the session. Only its handle moves it, so that a finger can scroll over the rest. */
import { useSortable } from "@dnd-kit/sortable";
import { CSS } from "@dnd-kit/utilities";
import { Copy, GripVertical, Shuffle, X } from "lucide-react";
import type { Exercise } from "@/api/client";
import { useLocale, useTexts } from "@/i18n";
import { Marks } from "@/library/marks";
import { nameOf } from "@/library/names";
import { Poster } from "@/library/poster";
import { IconButton } from "@/ui/button";
import { style } from "@/ui/style";
import { Skeleton } from "@/ui/surface";
import { type Item, useSession } from "./store";

export function SessionRow(props: {
  item: Item;
  /** Missing until the catalogue is there, or when the server no longer has it. */
  exercise: Exercise | undefined;
  place: number;
  unfit: boolean;
  onOpen: (exercise: Exercise) => void;
  onSwap: (item: Item, exercise: Exercise) => void;
}) {
  const { item, exercise, place, unfit, onOpen, onSwap } = props;
  const texts = useTexts();
  const { session, library } = texts;
  const locale = useLocale();
  const name = exercise ? nameOf(exercise, locale) : item.id;
  const remove = useSession((state) => state.remove);
  const duplicate = useSession((state) => state.duplicate);
  const sortable = useSortable({ id: item.key });
  const { setNodeRef, setActivatorNodeRef, attributes, listeners, isDragging } = sortable;
  return (
    <li
      ref={setNodeRef}
      style={{
        transform: CSS.Translate.toString(sortable.transform),
        transition: sortable.transition,
      }}
      className={style(
        "flex items-center gap-1 rounded-2xl border bg-surface p-1.5 sm:gap-2 sm:p-2",
        unfit && "border-danger",
        isDragging && "relative z-10 border-accent shadow-xl",
      )}
    >
      <button
        type="button"
        ref={setActivatorNodeRef}
        {...attributes}
        {...listeners}
        aria-label={session.drag(name)}
        className="grid size-10 shrink-0 cursor-grab touch-none place-items-center rounded-xl text-muted hover:bg-raised hover:text-ink active:cursor-grabbing max-sm:w-8"
      >
        <GripVertical aria-hidden="true" className="size-5" />
      </button>
      {exercise ? (
        <button
          type="button"
          onClick={() => onOpen(exercise)}
          aria-label={library.about(name)}
          className="shrink-0 rounded-xl"
        >
          <Poster exercise={exercise} className="w-20 max-sm:w-16" />
        </button>
      ) : (
        <Skeleton className="aspect-video w-20 shrink-0 max-sm:w-16" />
      )}
      <div className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-2 pl-1.5 max-[26rem]:grid-cols-[minmax(0,1fr)] sm:gap-y-0.5">
        <p
          data-testid="name"
          className="font-semibold text-sm leading-snug max-sm:min-[26rem]:col-span-2 max-sm:pt-1 sm:self-end sm:text-[0.95rem]"
        >
          <span className="text-muted tabular-nums">{place}. </span>
          {name}
          {item.workTime !== undefined && (
            <span className="ml-2 text-muted text-xs">{session.workTime(item.workTime)}</span>
          )}
        </p>
        {exercise ? <Marks exercise={exercise} brief className="sm:self-start" /> : <span />}
        <div
          data-testid="actions"
          className="flex shrink-0 max-[26rem]:justify-self-end sm:col-start-2 sm:row-span-2 sm:row-start-1 sm:gap-1"
        >
          {exercise && (
            <IconButton
              label={session.swap(name)}
              className={ACTION}
              onClick={() => onSwap(item, exercise)}
            >
              <Shuffle />
            </IconButton>
          )}
          <IconButton
            label={session.duplicate(name)}
            className={ACTION}
            onClick={() => duplicate(item.key)}
          >
            <Copy />
          </IconButton>
          <IconButton
            label={session.remove(name)}
            className={ACTION}
            onClick={() => remove(item.key)}
          >
            <X />
          </IconButton>
        </div>
      </div>
    </li>
  );
}

const ACTION = "size-10 [&_svg]:size-4";
