"use client";
/** What a person trains for, one question below the other. Every answer is kept at once. */
import { ArrowRight, Check } from "lucide-react";
import Link from "next/link";
import { useId } from "react";
import { useLocale, useTexts } from "@/i18n";
import { EquipmentChoice } from "@/library/equipment-choice";
import { useStored } from "@/session/stored";
import { Button } from "@/ui/button";
import { Choose, ChooseSome, Slider } from "@/ui/controls";
import { Card, Skeleton } from "@/ui/surface";
import { GoalCards } from "./goal-cards";
import { AVOIDABLE, type Goals, onDays, onWeekdays, useGoals, WEEKDAYS } from "./store";
import { WeightField } from "./weight-field";

export function GoalsPage() {
  const { goals: words } = useTexts();
  const stored = useStored(useGoals);
  return (
    <div className="mx-auto grid max-w-2xl gap-6 px-4 pt-8 pb-16 sm:gap-8 sm:pt-14">
      <header className="grid gap-2">
        <h1 className="text-balance font-bold text-3xl tracking-tight sm:text-4xl">
          {words.title}
        </h1>
        <p className="text-pretty text-muted">{words.lead}</p>
      </header>
      {stored ? <Questions /> : <Waiting />}
    </div>
  );
}

function Questions() {
  const { goals, aim, aimed } = useGoals();
  const texts = useTexts();
  const { goals: words } = texts;
  const root = useLocale() === "fr" ? "/fr" : "";
  return (
    <>
      <GoalCards goal={goals.goal} onChange={(goal) => aim({ goal })} />
      <Group title={words.level}>
        <div className="grid gap-2">
          <Choose
            label={words.level}
            quiet
            value={goals.level}
            choices={(["easy", "medium", "hard"] as const).map((value) => ({
              value,
              label: texts.common[value],
            }))}
            onChange={(level) => aim({ level })}
          />
          <p className="text-muted text-sm">{words.levels[goals.level]}</p>
        </div>
      </Group>
      <Group title={words.time}>
        <Times goals={goals} aim={aim} />
      </Group>
      <Group title={words.body}>
        <div className="grid gap-2">
          <ChooseSome
            label={words.avoid}
            values={goals.avoid}
            choices={AVOIDABLE.map((value) => ({ value, label: words[value] }))}
            onChange={(avoid) => aim({ avoid })}
          />
          <p className="text-muted text-sm">{words.avoidHint}</p>
        </div>
        <EquipmentChoice chosen={goals.equipment} onChange={(equipment) => aim({ equipment })} />
        <WeightField value={goals.weight} onChange={(weight) => aim({ weight })} />
      </Group>
      <div className="flex flex-wrap items-center justify-between gap-4">
        <p role="status" className="flex min-h-6 items-center gap-2 text-muted text-sm">
          {aimed && (
            <>
              <Check aria-hidden="true" className="size-4 text-accent" />
              {words.saved}
            </>
          )}
        </p>
        <Button asChild look="primary" size="large" className="max-sm:w-full">
          <Link href={`${root}/plan/`}>
            {words.toPlan}
            <ArrowRight aria-hidden="true" />
          </Link>
        </Button>
      </div>
    </>
  );
}

function Times({ goals, aim }: { goals: Goals; aim: (change: Partial<Goals>) => void }) {
  const { goals: words, plan, common } = useTexts();
  const counts = ["1", "2", "3", "4", "5", "6", "7"] as const;
  return (
    <>
      <Choose
        label={words.days}
        value={String(goals.days)}
        choices={counts.map((value) => ({ value, label: value }))}
        onChange={(days) => aim(onDays(goals, Number(days)))}
      />
      <div className="grid gap-2">
        <ChooseSome
          label={words.weekdays}
          values={goals.weekdays}
          choices={WEEKDAYS.map((value) => ({
            value,
            label: (
              <>
                <span aria-hidden="true">{plan.weekdaysShort[value]}</span>
                <span className="sr-only">{plan.weekdays[value]}</span>
              </>
            ),
          }))}
          onChange={(days) => aim(onWeekdays(goals, days))}
        />
        <p className="text-muted text-sm">
          {goals.weekdays.length > 0 ? words.named : words.spread}
        </p>
      </div>
      <Slider
        label={words.minutes}
        value={goals.minutes}
        min={5}
        max={90}
        step={5}
        words={common.minutes}
        onChange={(minutes) => aim({ minutes })}
      />
    </>
  );
}

function Group({ title, children }: { title: string; children: React.ReactNode }) {
  const id = useId();
  return (
    <Card aria-labelledby={id} className="grid gap-6">
      <h2 id={id} className="font-semibold text-lg tracking-tight">
        {title}
      </h2>
      {children}
    </Card>
  );
}

function Waiting() {
  const { common } = useTexts();
  return (
    <div className="grid gap-6 sm:gap-8">
      <p className="sr-only" role="status">
        {common.loading}
      </p>
      <Skeleton className="h-[27.5rem] rounded-3xl sm:h-[15.5rem]" />
      <Skeleton className="h-44 rounded-3xl" />
      <Skeleton className="h-[26rem] rounded-3xl sm:h-96" />
      <Skeleton className="h-80 rounded-3xl" />
    </div>
  );
}
