"use client";
/** What was done: weeks in a row, minutes a week, the sessions themselves. */
import { Flame } from "lucide-react";
import { useId, useRef, useState } from "react";
import { useLocale, useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Card } from "@/ui/surface";
import { MinutesChart } from "./chart";
import { ForgetHistory } from "./forget";
import { streak, weeks } from "./progress";
import { type Done, useHistory } from "./store";

const CHARTED = 8;
const LISTED = 6;

export function HistorySection() {
  const { plan: words } = useTexts();
  const { done } = useHistory();
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  const now = new Date();
  return (
    <Card
      aria-labelledby={id}
      className="grid content-start gap-6 xl:sticky xl:top-24 xl:self-start"
    >
      <h2
        ref={heading}
        id={id}
        tabIndex={-1}
        className="font-semibold text-lg tracking-tight outline-none"
      >
        {words.history}
      </h2>
      {done.length === 0 ? (
        <p className="text-pretty text-muted">{words.noHistory}</p>
      ) : (
        <>
          <Sums done={done} now={now} />
          <MinutesChart weeks={weeks(done, now, CHARTED)} />
          <DoneList done={done} />
          <ForgetHistory onForgotten={() => heading.current?.focus()} />
        </>
      )}
    </Card>
  );
}

function Sums({ done, now }: { done: readonly Done[]; now: Date }) {
  const { plan: words } = useTexts();
  const minutes = Math.round(done.reduce((sum, { seconds }) => sum + seconds, 0) / 60);
  return (
    <div className="flex items-center gap-4">
      <span className="grid size-12 shrink-0 place-items-center rounded-2xl bg-rest-soft text-rest">
        <Flame aria-hidden="true" className="size-6" />
      </span>
      <div>
        <p className="text-sm">
          <strong className="block font-bold text-2xl tracking-tight">
            {words.streak(streak(done, now))}
          </strong>
          {words.streakLabel}
        </p>
        <p className="text-muted text-sm tabular-nums">
          {words.sessions(done.length)} · {words.minutesShort(minutes)} {words.total}
        </p>
      </div>
    </div>
  );
}

/** The newest first. */
function DoneList({ done }: { done: readonly Done[] }) {
  const { plan: words } = useTexts();
  const [all, setAll] = useState(false);
  const newest = done.toReversed();
  const shown = all ? newest : newest.slice(0, LISTED);
  return (
    <div className="grid gap-2">
      <ul className="divide-y">
        {shown.map((entry) => (
          <DoneLine key={entry.at + entry.token} entry={entry} />
        ))}
      </ul>
      {shown.length < newest.length && (
        <Button size="small" look="ghost" onClick={() => setAll(true)}>
          {words.showAll(newest.length)}
        </Button>
      )}
    </div>
  );
}

function DoneLine({ entry }: { entry: Done }) {
  const { plan: words, common } = useTexts();
  const locale = useLocale();
  const date = new Date(entry.at).toLocaleDateString(locale, {
    weekday: "short",
    day: "numeric",
    month: "short",
  });
  return (
    <li className="flex items-baseline justify-between gap-4 py-2 text-sm">
      <span className="grid min-w-0">
        <span className="truncate font-medium">{entry.title}</span>
        <time dateTime={entry.at} className="text-muted">
          {date}
        </time>
      </span>
      <span className="shrink-0 text-right text-muted tabular-nums">
        {words.minutesShort(Math.round(entry.seconds / 60))}
        <span className="block">{common.kcal(Math.round(entry.kcal))}</span>
      </span>
    </li>
  );
}
