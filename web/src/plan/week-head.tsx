"use client";
/** Above the days: which of the four weeks, what it asks for, how much of it is done, what to do with it. */
import { CalendarPlus, Shuffle } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { useLocale, useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Choose } from "@/ui/controls";
import { Card } from "@/ui/surface";
import type { PlannedWeek } from "./api";
import { reasonWords, sharedReasons } from "./reasons";
import { usePlanned, WEEKS } from "./store";

const AnotherPlan = dynamic(() => import("./another").then((module) => module.AnotherPlan));
const CalendarExport = dynamic(() => import("./export").then((module) => module.CalendarExport));

export function WeekHead(props: {
  /** Undefined while its answer is under way, and where there is none. */
  week: PlannedWeek | undefined;
  done: number;
  failed: boolean;
}) {
  const { week, done, failed } = props;
  const { plan: words } = useTexts();
  const { week: number, turnTo } = usePlanned();
  const [asking, setAsking] = useState<"another" | "calendar" | null>(null);
  const close = (open: boolean) => !open && setAsking(null);
  return (
    <Card className="grid gap-5">
      <Choose
        label={words.week}
        quiet
        value={String(number)}
        choices={WEEKS.map((n) => ({
          value: String(n),
          label: (
            <>
              <span className="max-sm:sr-only">{words.week}</span> {n}
            </>
          ),
        }))}
        onChange={(next) => turnTo(Number(next))}
      />
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-4">
        <div className="grid min-h-12 content-start gap-1">
          <p className="font-medium text-muted text-sm sm:hidden">{words.weekOf(number)}</p>
          <p className="font-semibold text-lg tracking-tight">{words.weekHints[weekOf(number)]}</p>
          {!failed && <Facts week={week} />}
        </div>
        <div className="flex flex-wrap gap-2 max-sm:w-full">
          <Button
            className="max-sm:grow"
            disabled={week === undefined}
            onClick={() => setAsking("calendar")}
          >
            <CalendarPlus aria-hidden="true" />
            {words.export}
          </Button>
          <Button look="outline" className="max-sm:grow" onClick={() => setAsking("another")}>
            <Shuffle aria-hidden="true" />
            {words.another}
          </Button>
        </div>
      </div>
      {!failed && <Ticks done={done} all={week?.sessions ?? 0} />}
      {asking === "another" && <AnotherPlan onOpenChange={close} />}
      {asking === "calendar" && week && <CalendarExport week={week} onOpenChange={close} />}
    </Card>
  );
}

function Facts({ week }: { week: PlannedWeek | undefined }) {
  const texts = useTexts();
  const locale = useLocale();
  const { plan: words, common } = texts;
  // Both lines keep their place while the week is under way.
  if (week === undefined) return <div className="h-[4.25rem] sm:h-12" />;
  const facts = [
    words.sessions(week.sessions),
    common.minutes(Math.round(week.duration / 60)),
    common.kcal(Math.round(week.kcal)),
  ];
  const shared = sharedReasons(week).map((reason) => reasonWords(reason, texts, locale));
  return (
    <div className="grid min-h-[4.25rem] content-start gap-1 text-pretty text-muted text-sm sm:min-h-12">
      <p className="tabular-nums">{facts.join(" · ")}</p>
      {shared.length > 0 && <p className="max-w-xl">{shared.join(" ")}</p>}
    </div>
  );
}

function Ticks({ done, all }: { done: number; all: number }) {
  const { plan: words } = useTexts();
  const { week, turnTo, again } = usePlanned();
  const complete = all > 0 && done >= all;
  return (
    <div className="grid gap-3">
      <div className="flex items-center gap-4">
        <div aria-hidden="true" className="h-2 grow overflow-hidden rounded-full bg-raised">
          <div
            className="h-full rounded-full bg-accent transition-[width] duration-500"
            style={{ width: `${all === 0 ? 0 : (100 * done) / all}%` }}
          />
        </div>
        <p className="min-w-20 text-right font-medium text-muted text-sm tabular-nums">
          {all > 0 && words.ticked(done, all)}
        </p>
      </div>
      {complete && (
        <div className="flex flex-wrap items-center justify-between gap-3 rounded-2xl bg-accent-soft p-4">
          <p className="font-medium">{week < 4 ? words.weekDone : words.allDone}</p>
          <Button look="primary" onClick={() => (week < 4 ? turnTo(week + 1) : again())}>
            {week < 4 ? words.nextWeek(week + 1) : words.again}
          </Button>
        </div>
      )}
    </div>
  );
}

const weekOf = (number: number): 1 | 2 | 3 | 4 => WEEKS.find((week) => week === number) ?? 1;
