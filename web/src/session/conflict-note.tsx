"use client";
/** Says which exercises do not fit a setting, beside that setting, and takes them out. */
import { TriangleAlert } from "lucide-react";
import { useExercises } from "@/api/queries";
import { useLocale, useTexts } from "@/i18n";
import { nameOf } from "@/library/names";
import { Button } from "@/ui/button";
import type { Conflict } from "./conflicts";
import { useSession } from "./store";

export function ConflictNotes(props: {
  conflicts: readonly Conflict[];
  /** Only these; without it, all. */
  kinds?: readonly Conflict["kind"][];
}) {
  const { conflicts, kinds } = props;
  const { session } = useTexts();
  const locale = useLocale();
  const { data = [] } = useExercises();
  const items = useSession((state) => state.items);
  const retain = useSession((state) => state.retain);
  const name = (id: string) => {
    const exercise = data.find((it) => it.id === id);
    return exercise ? nameOf(exercise, locale) : id;
  };
  const takeOut = ({ kind, ids }: Conflict) => {
    const seen = new Set<string>();
    retain(
      items.filter(({ id }) => {
        const again = seen.has(id);
        seen.add(id);
        return !ids.includes(id) || (kind === "repeated" && !again);
      }),
    );
  };
  return conflicts
    .filter(({ kind }) => kinds?.includes(kind) ?? true)
    .map((conflict) => (
      <div
        key={conflict.kind}
        // Told once, by the list; beside a control it is there to be read.
        {...(kinds ? {} : { role: "status" })}
        className="flex items-center gap-3 rounded-2xl bg-danger-soft py-2 pr-2 pl-4 text-sm"
      >
        <TriangleAlert aria-hidden="true" className="size-4 shrink-0 text-danger" />
        <p className="flex-1">
          {session.conflicts[conflict.kind](conflict.ids.map(name).join(", "))}
        </p>
        <Button size="small" look="outline" className="h-10" onClick={() => takeOut(conflict)}>
          {session.conflicts.takeOut}
        </Button>
      </div>
    ));
}
