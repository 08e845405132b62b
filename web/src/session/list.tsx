"use client";
/** The session's exercises in order, to be moved by pointer, touch or keyboard. */
import {
  type Announcements,
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  type UniqueIdentifier,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import {
  SortableContext,
  sortableKeyboardCoordinates,
  verticalListSortingStrategy,
} from "@dnd-kit/sortable";
import { useId, useRef } from "react";
import type { Exercise } from "@/api/client";
import { useLocale, useTexts } from "@/i18n";
import { nameOf } from "@/library/names";
import { SessionRow } from "./row";
import { type Item, useSession } from "./store";

export function SessionList(props: {
  items: readonly Item[];
  known: ReadonlyMap<string, Exercise>;
  /** Exercises that do not fit the settings. */
  unfit: ReadonlySet<string>;
  onOpen: (exercise: Exercise) => void;
  onSwap: (item: Item, exercise: Exercise) => void;
}) {
  const { items, known, unfit, onOpen, onSwap } = props;
  const { session } = useTexts();
  const locale = useLocale();
  const move = useSession((state) => state.move);
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 4 } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );

  const justLifted = useRef(false);
  const place = (key: UniqueIdentifier) => items.findIndex((item) => item.key === key) + 1;
  const name = (key: UniqueIdentifier) => {
    const id = items.find((item) => item.key === key)?.id ?? "";
    const exercise = known.get(id);
    return exercise ? nameOf(exercise, locale) : id;
  };
  const announcements: Announcements = {
    onDragStart: ({ active: { id } }) => {
      justLifted.current = true;
      return session.lifted(name(id), place(id), items.length);
    },
    onDragOver: ({ active, over }) => {
      const at = (over ?? active).id;
      // The first comes at once, over its own place: it would hush that it was lifted.
      const silent = justLifted.current && at === active.id;
      justLifted.current = false;
      return silent ? undefined : session.over(name(active.id), place(at), items.length);
    },
    onDragEnd: ({ active, over }) =>
      session.dropped(name(active.id), place((over ?? active).id), items.length),
    onDragCancel: ({ active: { id } }) => session.dropCancelled(name(id)),
  };
  const drop = ({ active, over }: DragEndEvent) => {
    if (over !== null) move(String(active.id), String(over.id));
  };

  return (
    <DndContext
      // Without it the ids of the export and of the page differ.
      id={useId()}
      sensors={sensors}
      collisionDetection={closestCenter}
      onDragEnd={drop}
      accessibility={{
        announcements,
        screenReaderInstructions: { draggable: session.instructions },
      }}
    >
      <SortableContext items={items.map(({ key }) => key)} strategy={verticalListSortingStrategy}>
        <ol className="grid gap-2">
          {items.map((item, i) => {
            const exercise = known.get(item.id);
            return (
              <SessionRow
                key={item.key}
                item={item}
                exercise={exercise}
                place={i + 1}
                unfit={unfit.has(item.id)}
                onOpen={onOpen}
                onSwap={onSwap}
              />
            );
          })}
        </ol>
      </SortableContext>
    </DndContext>
  );
}
