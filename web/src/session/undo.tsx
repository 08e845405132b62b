"use client";
/** Says what was just taken away, and brings it back. It stays until the list changes again. */
import { Undo2 } from "lucide-react";
import { useEffect, useRef } from "react";
import type { Exercise } from "@/api/client";
import { useLocale, useTexts } from "@/i18n";
import { nameOf } from "@/library/names";
import { Button } from "@/ui/button";
import { type Past, useSession } from "./store";

export function UndoBar(props: {
  past: Past;
  known: ReadonlyMap<string, Exercise>;
  /** The button is gone then, and the focus needs another place. */
  onUndone: () => void;
}) {
  const { past, known, onUndone } = props;
  const { session } = useTexts();
  const locale = useLocale();
  const undo = useSession((state) => state.undo);
  const button = useRef<HTMLButtonElement>(null);
  // What had the focus may be gone with what was removed: then the keyboard goes on from here.
  useEffect(() => {
    if (past.what !== "replaced") button.current?.focus({ preventScroll: true });
  }, [past]);
  const exercise = past.id === null ? undefined : known.get(past.id);
  const name = exercise ? nameOf(exercise, locale) : past.id;
  const said =
    past.what !== "removed"
      ? session[past.what]
      : name === null
        ? session.takenOut
        : session.removed(name);
  return (
    <div className="flex items-center justify-between gap-3 rounded-2xl bg-raised py-1 pr-1 pl-4 text-sm">
      <p role="status">{said}</p>
      <Button
        ref={button}
        look="ghost"
        size="small"
        className="h-10 text-ink"
        onClick={() => {
          undo();
          onUndone();
        }}
      >
        <Undo2 aria-hidden="true" />
        {session.undo}
      </Button>
    </div>
  );
}
