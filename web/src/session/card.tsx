"use client";
/** The session: what will be trained, in order. */
import { CalendarCheck, Dices, ListPlus, Sparkles, Trash2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useMemo, useRef, useState } from "react";
import type { Exercise, Note } from "@/api/client";
import { useExercises } from "@/api/queries";
import { LimitChips } from "@/goals/limit-chips";
import { useLocale, useTexts } from "@/i18n";
import { nameOf } from "@/library/names";
import { Button } from "@/ui/button";
import { Badge, Card, Skeleton } from "@/ui/surface";
import { ConflictNotes } from "./conflict-note";
import { SessionList } from "./list";
import { noteInWords } from "./notes";
import { type Item, useSession } from "./store";
import { freshSeed, type Totals } from "./totals";
import { UndoBar } from "./undo";

const ExerciseDetails = dynamic(() => import("@/library/details"), { ssr: false });
const SwapDialog = dynamic(() => import("./swap"), { ssr: false });

export function SessionCard(props: {
  totals: Totals;
  onPick: () => void;
  /** The server was asked to choose, by a button that goes away with that. */
  onChosen: () => void;
}) {
  const { totals, onPick, onChosen } = props;
  const { items, setup, chosen, planned, past, clear, choose } = useSession();
  const { data } = useExercises();
  const [open, setOpen] = useState<Exercise | null>(null);
  const [swapped, setSwapped] = useState<{ item: Item; exercise: Exercise } | null>(null);
  const card = useRef<HTMLElement>(null);
  const [told, setTold] = useState("");
  const { session } = useTexts();
  const locale = useLocale();
  const known = useMemo(() => new Map(data?.map((it) => [it.id, it])), [data]);
  const unfit = useMemo(
    () => new Set(totals.conflicts.flatMap(({ ids }) => ids)),
    [totals.conflicts],
  );
  return (
    <Card
      ref={card}
      tabIndex={-1}
      aria-label={session.title}
      className="grid gap-4 outline-none max-sm:p-4"
    >
      {items.length > 0 && (
        <div className="flex min-h-10 flex-wrap items-center gap-x-2 gap-y-1 sm:gap-x-3">
          <h2 className="font-bold text-lg tracking-tight sm:text-xl">{session.title}</h2>
          <p className="text-muted text-sm tabular-nums">
            {session.count(items.length)}
            {setup.rounds > 1 && ` · ${session.rounds(setup.rounds)}`}
          </p>
          {planned !== undefined && (
            <Badge className="bg-accent-soft text-ink">
              <CalendarCheck aria-hidden="true" />
              {session.planned}
            </Badge>
          )}
          <Button
            look="ghost"
            size="small"
            className="ml-auto h-10 max-sm:-mr-1.5 max-sm:w-10 max-sm:px-0"
            onClick={clear}
          >
            <Trash2 aria-hidden="true" />
            <span className="max-sm:sr-only">{session.clear}</span>
          </Button>
        </div>
      )}
      {chosen !== null && items.length > 0 && totals.plan !== null && (
        <p className="-mt-2 text-sm">
          <Sparkles aria-hidden="true" className="mr-2 inline size-4 text-accent" />
          <span className="font-medium">{session.chosen(setup.minutes)}</span>{" "}
          <span className="text-muted">{session.chosenHint}</span>
        </p>
      )}
      {/* Where there are two columns, they stand in the other one, above all exercises. */}
      <LimitChips className="lg:hidden" />
      <ConflictNotes conflicts={totals.conflicts} />
      {past && <UndoBar past={past} known={known} onUndone={() => card.current?.focus()} />}
      {!totals.ready ? (
        <Skeleton className="h-36" />
      ) : items.length === 0 ? (
        <div className="grid min-h-36 place-content-center justify-items-center gap-4 text-center">
          <div>
            <h2 className="font-bold text-xl tracking-tight">{session.emptyTitle}</h2>
            <p className="mt-1 text-muted">{session.emptyText}</p>
          </div>
          <div className="flex flex-wrap justify-center gap-2">
            <Button
              look="primary"
              onClick={() => {
                choose(freshSeed());
                onChosen();
              }}
            >
              <Dices aria-hidden="true" />
              {session.surpriseIn(setup.minutes)}
            </Button>
            <Button look="outline" onClick={onPick}>
              <ListPlus aria-hidden="true" />
              {session.pick}
            </Button>
          </div>
        </div>
      ) : (
        <SessionList
          items={items}
          known={known}
          unfit={unfit}
          onOpen={setOpen}
          onSwap={(item, exercise) => setSwapped({ item, exercise })}
        />
      )}
      {totals.plan !== null && totals.plan.notes.length > 0 && <Notes notes={totals.plan.notes} />}
      <p role="status" className="sr-only">
        {told}
      </p>
      {open && <ExerciseDetails exercise={open} onClose={() => setOpen(null)} />}
      {swapped && (
        <SwapDialog
          {...swapped}
          all={data ?? []}
          onSwapped={(other) => setTold(session.swapped(nameOf(other, locale)))}
          onClose={() => setSwapped(null)}
        />
      )}
    </Card>
  );
}

/** What the server decided that the person may not expect. */
function Notes({ notes }: { notes: readonly Note[] }) {
  const texts = useTexts();
  return (
    <details className="text-muted text-sm">
      <summary className="min-h-6 cursor-pointer font-medium">{texts.session.notesTitle}</summary>
      <ul className="mt-2 list-disc space-y-1 pl-5">
        {notes.map((note) => {
          const words = noteInWords(note, texts);
          return words === null ? (
            <li key={note.text} lang="en">
              {note.text}
            </li>
          ) : (
            <li key={note.text}>{words}</li>
          );
        })}
      </ul>
    </details>
  );
}
