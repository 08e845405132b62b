"use client";
import { useId, useState } from "react";
import { useLocale, useTexts } from "@/i18n";
import { readWeight } from "./weight";

/** A weight to type. What is no weight is said, and not kept. */
export function WeightField(props: { value: number; onChange: (kilograms: number) => void }) {
  const { value, onChange } = props;
  const { goals: words } = useTexts();
  const locale = useLocale();
  const id = useId();
  const [typed, setTyped] = useState(() => value.toLocaleString(locale));
  const wrong = readWeight(typed) === null;
  const change = (text: string) => {
    setTyped(text);
    const kilograms = readWeight(text);
    if (kilograms !== null) onChange(kilograms);
  };
  return (
    <div className="flex items-start justify-between gap-4">
      <div className="grid gap-0.5 pt-1 text-sm">
        <label htmlFor={id} className="font-medium">
          {words.kilograms}
        </label>
        <p id={`${id}-hint`} role="status" className={wrong ? "text-danger" : "text-muted"}>
          {wrong ? words.kilogramsWrong : words.kilogramsHint}
        </p>
      </div>
      <span className="flex h-12 shrink-0 items-center gap-2 rounded-2xl bg-raised px-4 has-focus-visible:outline-2 has-focus-visible:outline-accent has-aria-invalid:outline-2 has-aria-invalid:outline-danger">
        <input
          id={id}
          value={typed}
          inputMode="decimal"
          autoComplete="off"
          aria-invalid={wrong || undefined}
          aria-describedby={`${id}-hint`}
          onChange={(event) => change(event.target.value)}
          onBlur={() => wrong && setTyped(value.toLocaleString(locale))}
          className="w-16 bg-transparent text-right font-semibold text-lg tabular-nums outline-none"
        />
        <span className="text-muted text-sm">kg</span>
      </span>
    </div>
  );
}
