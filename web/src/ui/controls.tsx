"use client";
/** Form controls over radix-ui, which brings the keyboard and the screen reader's part. */
import { Slider as RadixSlider, Switch as RadixSwitch, ToggleGroup } from "radix-ui";
import { type ReactNode, useId } from "react";
import { style } from "./style";

/** A slider with its label and its value in words. */
export function Slider(props: {
  label: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  /** The value in words, such as `40 s`. */
  words: (value: number) => string;
  onChange: (value: number) => void;
  disabled?: boolean;
}) {
  const { label, value, min, max, step = 1, words, onChange, disabled = false } = props;
  const id = useId();
  return (
    <div className={style("grid gap-2", disabled && "opacity-50")}>
      <div className="flex items-baseline justify-between gap-4 text-sm">
        <span id={id} className="font-medium">
          {label}
        </span>
        <output className="font-semibold text-ink tabular-nums">{words(value)}</output>
      </div>
      <RadixSlider.Root
        className="relative flex h-6 w-full touch-none select-none items-center"
        value={[value]}
        min={min}
        max={max}
        step={step}
        disabled={disabled}
        onValueChange={([next]) => next !== undefined && onChange(next)}
      >
        <RadixSlider.Track className="relative h-1.5 grow rounded-full bg-line">
          <RadixSlider.Range className="absolute h-full rounded-full bg-accent" />
        </RadixSlider.Track>
        <RadixSlider.Thumb
          aria-labelledby={id}
          aria-valuetext={words(value)}
          className="block size-5 rounded-full border-2 border-accent bg-surface shadow-sm transition-transform hover:scale-110"
        />
      </RadixSlider.Root>
    </div>
  );
}

/** A switch in a row with its label and, below it, what it does. */
export function Switch(props: {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}) {
  const { label, hint, checked, onChange, disabled = false } = props;
  const id = useId();
  return (
    <div
      className={style("flex items-center justify-between gap-4 py-1.5", disabled && "opacity-50")}
    >
      <label htmlFor={id} className="grid text-sm">
        <span className="font-medium">{label}</span>
        {hint && <span className="text-muted">{hint}</span>}
      </label>
      <RadixSwitch.Root
        id={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={onChange}
        className="h-6 w-11 shrink-0 rounded-full bg-line p-0.5 transition-colors data-[state=checked]:bg-accent"
      >
        <RadixSwitch.Thumb className="block size-5 rounded-full bg-surface shadow-sm transition-transform data-[state=checked]:translate-x-5" />
      </RadixSwitch.Root>
    </div>
  );
}

interface Choice<T extends string> {
  value: T;
  label: ReactNode;
}

const choice =
  "inline-flex min-h-10 flex-1 items-center justify-center gap-1.5 rounded-xl px-3 py-1.5 font-medium text-muted text-sm transition-colors hover:text-ink data-[state=on]:bg-surface data-[state=on]:text-ink data-[state=on]:shadow-sm dark:data-[state=on]:bg-line";

/** One of a few. */
export function Choose<T extends string>(props: {
  label: string;
  value: T;
  choices: readonly Choice<T>[];
  onChange: (value: T) => void;
  /** The label is for the screen reader alone. */
  quiet?: boolean;
}) {
  const { label, value, choices, onChange, quiet } = props;
  const id = useId();
  return (
    <div className="grid gap-2">
      <span id={id} className={quiet ? "sr-only" : "font-medium text-sm"}>
        {label}
      </span>
      <ToggleGroup.Root
        type="single"
        value={value}
        aria-labelledby={id}
        onValueChange={(next) => next && onChange(next as T)}
        className="flex flex-wrap gap-1 rounded-2xl bg-raised p-1"
      >
        {choices.map(({ value, label }) => (
          <ToggleGroup.Item key={value} value={value} className={choice}>
            {label}
          </ToggleGroup.Item>
        ))}
      </ToggleGroup.Root>
    </div>
  );
}

/** Any of a few; at least `least` of them. */
export function ChooseSome<T extends string>(props: {
  label: string;
  values: readonly T[];
  choices: readonly Choice<T>[];
  onChange: (values: T[]) => void;
  least?: number;
}) {
  const { label, values, choices, onChange, least = 0 } = props;
  const id = useId();
  return (
    <div className="grid gap-2">
      <span id={id} className="font-medium text-sm">
        {label}
      </span>
      <ToggleGroup.Root
        type="multiple"
        value={[...values]}
        aria-labelledby={id}
        onValueChange={(next) => next.length >= least && onChange(next as T[])}
        className="flex flex-wrap gap-2"
      >
        {choices.map(({ value, label }) => (
          <ToggleGroup.Item
            key={value}
            value={value}
            className="inline-flex min-h-10 items-center gap-1.5 rounded-full border px-4 py-1.5 font-medium text-muted text-sm transition-colors hover:text-ink data-[state=on]:border-accent data-[state=on]:bg-accent-soft data-[state=on]:text-ink"
          >
            {label}
          </ToggleGroup.Item>
        ))}
      </ToggleGroup.Root>
    </div>
  );
}
