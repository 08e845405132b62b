"use client";
/** Search and filters over the library. What is rarely wanted is folded away. */
import { Search, SlidersHorizontal, X } from "lucide-react";
import { type ReactNode, useId, useMemo, useState } from "react";
import type { Exercise } from "@/api/client";
import { useTexts } from "@/i18n";
import { Button, IconButton } from "@/ui/button";
import { style } from "@/ui/style";
import { countSet, type Filters } from "./filter";
import { muscleWord, toolWord, trains } from "./names";

const CATEGORIES = ["warm_up", "strength", "cardio", "core", "cool_down"] as const;

export function FilterBar(props: {
  exercises: readonly Exercise[];
  filters: Filters;
  onChange: (change: Partial<Filters>) => void;
}) {
  const { exercises, filters, onChange } = props;
  const [open, setOpen] = useState(false);
  const texts = useTexts();
  const { common, library } = texts;
  const folded = useId();
  const set = countSet(filters);
  const { muscles, tools } = useMemo(() => offered(exercises), [exercises]);
  return (
    <div className="grid gap-3">
      <div className="flex gap-2">
        <div className="relative flex-1">
          <Search
            aria-hidden="true"
            className="pointer-events-none absolute top-1/2 left-4 size-4 -translate-y-1/2 text-muted"
          />
          <input
            type="search"
            value={filters.text}
            onChange={(event) => onChange({ text: event.target.value })}
            aria-label={library.search}
            placeholder={library.searchHint}
            className="h-11 w-full rounded-full border bg-surface pr-10 pl-10 text-base placeholder:text-muted sm:text-sm [&::-webkit-search-cancel-button]:hidden"
          />
          {filters.text !== "" && (
            <IconButton
              label={library.clearSearch}
              size="icon-small"
              className="absolute top-1 right-1"
              onClick={() => onChange({ text: "" })}
            >
              <X />
            </IconButton>
          )}
        </div>
        <Button
          look={open || set > 0 ? "quiet" : "outline"}
          aria-expanded={open}
          aria-controls={folded}
          className="px-4"
          onClick={() => setOpen(!open)}
        >
          <SlidersHorizontal aria-hidden="true" className="size-4" />
          <span className="max-sm:sr-only">{library.filters}</span>
          {set > 0 && <span className="tabular-nums">({set})</span>}
        </Button>
      </div>
      <fieldset className="-mx-1 flex min-w-0 gap-1.5 px-1 py-1 max-sm:overflow-x-auto sm:flex-wrap [scrollbar-width:none]">
        <legend className="sr-only">{library.category}</legend>
        {(["", ...CATEGORIES] as const).map((category) => (
          <button
            key={category}
            type="button"
            aria-pressed={filters.category === category}
            onClick={() => onChange({ category })}
            className={style(
              "h-10 shrink-0 rounded-full border px-3.5 font-medium text-sm transition-colors lg:px-2.5 lg:text-[0.8125rem]",
              filters.category === category
                ? "border-ink bg-ink text-ground"
                : "text-muted hover:text-ink",
            )}
          >
            {category === "" ? library.all : library.categories[category]}
          </button>
        ))}
      </fieldset>
      <div id={folded} hidden={!open} className="grid grid-cols-2 gap-3 rounded-2xl bg-raised p-3">
        <Select
          label={library.difficulty}
          value={filters.difficulty}
          onChange={(value) => onChange({ difficulty: value as Filters["difficulty"] })}
        >
          <option value="">{library.anyDifficulty}</option>
          {(["easy", "medium", "hard"] as const).map((level) => (
            <option key={level} value={level}>
              {common[level]}
            </option>
          ))}
        </Select>
        <Select
          label={library.muscle}
          value={filters.muscle}
          onChange={(muscle) => onChange({ muscle })}
        >
          <option value="">{library.anyMuscle}</option>
          {muscles.map((muscle) => (
            <option key={muscle} value={muscle}>
              {muscleWord(muscle, texts)}
            </option>
          ))}
        </Select>
        {tools.length > 0 && (
          <Select
            label={library.equipment}
            value={filters.equipment}
            onChange={(equipment) => onChange({ equipment })}
          >
            <option value="">{library.anyEquipment}</option>
            <option value="none">{library.noEquipment}</option>
            {tools.map((tool) => (
              <option key={tool} value={tool}>
                {toolWord(tool, texts)}
              </option>
            ))}
          </Select>
        )}
      </div>
    </div>
  );
}

/** What the catalogue has, each once. */
export function offered(exercises: readonly Exercise[]) {
  const muscles = exercises.flatMap(trains);
  const tools = exercises.flatMap(({ equipment }) => equipment);
  return { muscles: [...new Set(muscles)].sort(), tools: [...new Set(tools)].sort() };
}

function Select(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}) {
  return (
    <label className="grid gap-1 font-medium text-xs">
      <span className="text-muted">{props.label}</span>
      <select
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        className="h-10 w-full rounded-xl border bg-surface px-3 text-base text-ink sm:text-sm"
      >
        {props.children}
      </select>
    </label>
  );
}
