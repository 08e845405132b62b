"use client";
/** The limits that hold, each lifted by one tap. The same ones as in the goals. */
import { X } from "lucide-react";
import { useRef } from "react";
import { useTexts } from "@/i18n";
import { toolWord } from "@/library/names";
import { style } from "@/ui/style";
import { type Limits, useLimits } from "./limits";
import { useGoals } from "./store";

interface Chip {
  name: string;
  words: string;
  lifted: Partial<Limits>;
}

export function LimitChips({ className }: { className?: string }) {
  const texts = useTexts();
  const { limits: words, common } = texts;
  const { level, avoid, equipment } = useLimits();
  const limit = useGoals((goals) => goals.limit);
  const group = useRef<HTMLFieldSetElement>(null);
  const chips: Chip[] = [
    // The hardest level is none.
    ...(level === "hard"
      ? []
      : [
          {
            name: "level",
            words: words.level(common[level]),
            lifted: { level: "hard" as const },
          },
        ]),
    ...avoid.map((what) => ({
      name: what,
      words: words[what],
      lifted: { avoid: avoid.filter((other) => other !== what) },
    })),
    ...(equipment.length === 0
      ? []
      : [
          {
            name: "equipment",
            words: words.equipment(equipment.map((tool) => toolWord(tool, texts)).join(", ")),
            lifted: { equipment: [] },
          },
        ]),
  ];
  const lift = (chip: Chip) => {
    limit(chip.lifted);
    // The chip is gone: whoever uses the keyboard goes on with the others.
    group.current?.focus({ preventScroll: true });
  };
  return (
    <fieldset
      ref={group}
      tabIndex={-1}
      className={style(
        "flex min-w-0 flex-wrap items-center gap-1.5 rounded-xl outline-none",
        chips.length === 0 && "sr-only",
        className,
      )}
    >
      <legend className="sr-only">{words.title}</legend>
      {chips.map((chip) => (
        <button
          key={chip.name}
          type="button"
          title={words.lift}
          onClick={() => lift(chip)}
          className="inline-flex min-h-8 items-center gap-1.5 rounded-full border border-accent bg-accent-soft py-1 pr-2.5 pl-3 font-medium text-ink text-xs transition-colors hover:bg-raised pointer-coarse:min-h-10"
        >
          {chip.words}
          <span className="sr-only">. {words.lift}</span>
          <X aria-hidden="true" className="size-3.5" />
        </button>
      ))}
    </fieldset>
  );
}
