"use client";
import { BicepsFlexed, Flame, HeartPulse, type LucideIcon, PersonStanding } from "lucide-react";
import { RadioGroup } from "radix-ui";
import { useTexts } from "@/i18n";
import { GOALS, type Goal } from "./store";

const ICONS: Record<Goal, LucideIcon> = {
  fitness: HeartPulse,
  strength: BicepsFlexed,
  weight: Flame,
  mobility: PersonStanding,
};

/** One of four goals, each with a sentence. */
export function GoalCards({ goal, onChange }: { goal: Goal; onChange: (goal: Goal) => void }) {
  const { goals: words } = useTexts();
  return (
    <RadioGroup.Root
      value={goal}
      onValueChange={(next) => onChange(next as Goal)}
      aria-label={words.goal}
      className="grid gap-3 sm:grid-cols-2"
    >
      {GOALS.map((value) => (
        <GoalCard key={value} value={value} />
      ))}
    </RadioGroup.Root>
  );
}

function GoalCard({ value }: { value: Goal }) {
  const { goals: words } = useTexts();
  const Icon = ICONS[value];
  return (
    <RadioGroup.Item
      value={value}
      className="group flex items-start gap-4 rounded-3xl border bg-surface p-5 text-left transition-colors hover:border-muted data-[state=checked]:border-accent data-[state=checked]:bg-accent-soft"
    >
      <span className="grid size-11 shrink-0 place-items-center rounded-2xl bg-raised text-muted transition-colors group-data-[state=checked]:bg-accent group-data-[state=checked]:text-on-accent">
        <Icon aria-hidden="true" className="size-5" />
      </span>
      <span className="grid gap-1">
        <span className="font-semibold text-lg leading-tight">{words[value]}</span>
        <span className="text-pretty text-muted text-sm group-data-[state=checked]:text-ink">
          {words[`${value}Hint`]}
        </span>
      </span>
    </RadioGroup.Item>
  );
}
