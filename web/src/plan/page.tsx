"use client";
/** A week of sessions from the goals, one of four that grow; beside it, what was done. */
import { Target } from "lucide-react";
import Link from "next/link";
import { useGoals } from "@/goals/store";
import { HistorySection } from "@/history/section";
import { useHistory } from "@/history/store";
import { useLocale, useTexts } from "@/i18n";
import { useStored } from "@/session/stored";
import { Button } from "@/ui/button";
import { ProblemNote } from "@/ui/problem";
import { Card, Skeleton } from "@/ui/surface";
import { weekRequest } from "./api";
import { doneOf, ticked } from "./done";
import { useWeek } from "./queries";
import { WaitingDays } from "./skeleton";
import { usePlanned } from "./store";
import { WeekDays } from "./week";
import { WeekHead } from "./week-head";

export function PlanPage() {
  const { plan: words } = useTexts();
  // All of them, each time: a store is read from the browser by the hook that asks for it.
  const stored = [useStored(useGoals), useStored(usePlanned), useStored(useHistory)];
  const ready = stored.every(Boolean);
  return (
    <div className="mx-auto grid max-w-[76rem] gap-6 px-4 pt-8 pb-16 sm:px-6 sm:pt-12 xl:grid-cols-[minmax(0,1fr)_22rem] xl:gap-8">
      <h1 className="font-bold text-3xl tracking-tight sm:text-4xl xl:col-span-2">{words.title}</h1>
      {ready ? <FollowedWeek /> : <Waiting />}
      {ready ? <HistorySection /> : <Skeleton className="h-96 rounded-3xl" />}
    </div>
  );
}

function FollowedWeek() {
  const { goals, aimed } = useGoals();
  const { seed, since, week: number } = usePlanned();
  const { done } = useHistory();
  const {
    data: week,
    error,
    isPlaceholderData,
    refetch,
  } = useWeek(weekRequest(goals, useLocale(), number, seed));
  const ticks = ticked(done, since);
  const ticksOfWeek = week === undefined ? 0 : doneOf(week, ticks);
  return (
    <div className="grid content-start gap-4">
      {!aimed && <Invitation />}
      <WeekHead
        week={isPlaceholderData ? undefined : week}
        done={ticksOfWeek}
        failed={error !== null}
      />
      {error ? (
        <Refused error={error} onRetry={() => void refetch()} />
      ) : week === undefined ? (
        <WaitingDays goals={goals} />
      ) : (
        <WeekDays week={week} ticks={ticks} busy={isPlaceholderData} />
      )}
    </div>
  );
}

/** Who has told nothing yet sees a plan all the same, and where to make it their own. */
function Invitation() {
  const { plan: words } = useTexts();
  return (
    <Card className="flex flex-wrap items-center justify-between gap-4 border-transparent bg-accent-soft">
      <p className="flex max-w-md items-center gap-3 text-pretty">
        <Target aria-hidden="true" className="size-6 shrink-0 text-accent" />
        {words.example}
      </p>
      <GoalsLink look="primary">{words.toGoals}</GoalsLink>
    </Card>
  );
}

function Refused(props: { error: Parameters<typeof ProblemNote>[0]["problem"]; onRetry(): void }) {
  const { error, onRetry } = props;
  const { plan: words } = useTexts();
  // The same goals again would be refused again: there only other goals help.
  const refused = error.status === 422;
  return (
    <div className="grid gap-4">
      <ProblemNote problem={error} {...(refused ? {} : { onRetry })} />
      {refused && (
        <Card className="grid justify-items-start gap-4">
          <div className="grid gap-1">
            <h2 className="font-semibold text-lg">{words.loosen}</h2>
            <p className="text-pretty text-muted">{words.loosenAdvice}</p>
          </div>
          <GoalsLink look="primary">{words.changeGoals}</GoalsLink>
        </Card>
      )}
    </div>
  );
}

function GoalsLink({ look, children }: { look: "primary" | "outline"; children: string }) {
  const root = useLocale() === "fr" ? "/fr" : "";
  return (
    <Button asChild look={look}>
      <Link href={`${root}/goals/`}>{children}</Link>
    </Button>
  );
}

function Waiting() {
  const { common } = useTexts();
  return (
    <div className="grid content-start gap-4">
      <p className="sr-only" role="status">
        {common.loading}
      </p>
      <Skeleton className="h-[18rem] rounded-3xl sm:h-[13.75rem]" />
      <WaitingDays />
    </div>
  );
}
