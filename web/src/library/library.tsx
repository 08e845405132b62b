"use client";
/** All exercises, to look at and to add. */
import dynamic from "next/dynamic";
import { useMemo, useState } from "react";
import type { Exercise } from "@/api/client";
import { useExercises } from "@/api/queries";
import { LimitChips } from "@/goals/limit-chips";
import { useLimits, within } from "@/goals/limits";
import { useLocale, useTexts } from "@/i18n";
import type { Texts } from "@/i18n/types";
import { useSession } from "@/session/store";
import { Button } from "@/ui/button";
import { ProblemNote } from "@/ui/problem";
import { Skeleton } from "@/ui/surface";
import { ExerciseCard } from "./card";
import { type Filters, filtered, loosenings, NO_FILTERS } from "./filter";
import { FilterBar } from "./filters";
import { muscleWord, nameOf, toolWord } from "./names";

const ExerciseDetails = dynamic(() => import("./details"), { ssr: false });

const GRID = "grid grid-cols-2 gap-3 sm:max-lg:grid-cols-3";

export function Library() {
  const { data, error, isPending, refetch } = useExercises();
  const [filters, setFilters] = useState(NO_FILTERS);
  const [open, setOpen] = useState<Exercise | null>(null);
  const [told, setTold] = useState("");
  const locale = useLocale();
  const texts = useTexts();
  const { library, limits: words } = texts;
  const items = useSession((session) => session.items);
  const add = useSession((session) => session.add);
  const limits = useLimits();
  const known = data ?? NONE;
  const all = useMemo(() => known.filter((it) => within(it, limits)), [known, limits]);
  const outside = known.length - all.length;
  const shown = useMemo(
    () => filtered(all, filters, { locale, texts }),
    [all, filters, locale, texts],
  );
  const put = (exercise: Exercise) => {
    add(exercise.id);
    setTold(library.added(nameOf(exercise, locale), items.length + 1));
  };

  if (error) return <ProblemNote problem={error} onRetry={() => void refetch()} />;
  return (
    <section aria-label={library.title} className="grid gap-3">
      <FilterBar
        exercises={known}
        filters={filters}
        onChange={(change) => setFilters({ ...filters, ...change })}
      />
      <LimitChips />
      <p role="status" className="h-5 text-muted text-sm tabular-nums">
        {isPending ? "" : library.count(shown.length)}
        {outside > 0 && ` · ${words.outside(outside)}`}
      </p>
      <p role="status" className="sr-only">
        {told}
      </p>
      {isPending ? (
        <div className={GRID}>
          {Array.from({ length: 8 }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: all alike, and never reordered
            <Skeleton key={i} className="aspect-[10/11]" />
          ))}
        </div>
      ) : shown.length > 0 ? (
        <ul className={GRID}>
          {shown.map((exercise) => (
            <ExerciseCard
              key={exercise.id}
              exercise={exercise}
              times={items.filter(({ id }) => id === exercise.id).length}
              onAdd={() => put(exercise)}
              onOpen={() => setOpen(exercise)}
            />
          ))}
        </ul>
      ) : (
        <Nothing all={all} filters={filters} onChange={setFilters} />
      )}
      {open && (
        <ExerciseDetails exercise={open} onClose={() => setOpen(null)} onAdd={() => put(open)} />
      )}
    </section>
  );
}

const NONE: readonly Exercise[] = [];

/** Says what to loosen, and how much that would bring. */
function Nothing(props: {
  all: readonly Exercise[];
  filters: Filters;
  onChange: (filters: Filters) => void;
}) {
  const { all, filters, onChange } = props;
  const locale = useLocale();
  const texts = useTexts();
  const { library } = texts;
  return (
    <div className="grid justify-items-center gap-4 rounded-2xl border border-dashed px-4 py-10 text-center">
      <p className="font-semibold">{library.empty}</p>
      <div className="flex flex-wrap justify-center gap-2">
        {loosenings(all, filters, { locale, texts }).map(({ name, count }) => (
          <Button
            key={name}
            size="small"
            className="h-10"
            onClick={() => onChange({ ...filters, [name]: NO_FILTERS[name] })}
          >
            {library.loosen(wordOf(name, filters, texts), count)}
          </Button>
        ))}
        <Button size="small" look="outline" className="h-10" onClick={() => onChange(NO_FILTERS)}>
          {library.clearAll}
        </Button>
      </div>
    </div>
  );
}

/** A filter's value as the person chose it. */
function wordOf(name: keyof Filters, filters: Filters, texts: Texts): string {
  const { common, library } = texts;
  switch (name) {
    case "text":
      return filters.text.trim();
    case "category":
      return filters.category === "" ? library.all : library.categories[filters.category];
    case "difficulty":
      return filters.difficulty === "" ? library.anyDifficulty : common[filters.difficulty];
    case "muscle":
      return muscleWord(filters.muscle, texts);
    case "equipment":
      return filters.equipment === "none"
        ? library.noEquipment
        : toolWord(filters.equipment, texts);
  }
}
