"use client";
/** The seven days: sessions as cards, days of rest as lines between them. */
import { Moon } from "lucide-react";
import { useExercises } from "@/api/queries";
import { dayOf, weekdayOf } from "@/history/calendar";
import { useTexts } from "@/i18n";
import { style } from "@/ui/style";
import { Badge } from "@/ui/surface";
import type { PlannedDay, PlannedWeek } from "./api";
import { plannedAs } from "./done";
import { sharedReasons, unsaid } from "./reasons";
import { SessionDay } from "./session-day";

export function WeekDays(props: {
  week: PlannedWeek;
  ticks: ReadonlySet<string>;
  /** The next week is under way, and this one is shown until it is there. */
  busy: boolean;
}) {
  const { week, ticks, busy } = props;
  const { data: exercises } = useExercises();
  const catalogue = new Map((exercises ?? []).map((exercise) => [exercise.id, exercise]));
  const said = sharedReasons(week);
  const today = weekdayOf(dayOf(new Date()));
  return (
    <ol
      aria-busy={busy}
      className={style("grid gap-3 transition-opacity", busy && "pointer-events-none opacity-60")}
    >
      {week.days.map((day) => {
        const planned = plannedAs(week.week, day.weekday);
        return (
          <li key={day.weekday}>
            {day.session ? (
              <SessionDay
                day={{ ...day, reasons: unsaid(day.reasons, said) }}
                session={day.session}
                planned={planned}
                done={ticks.has(planned)}
                today={day.weekday === today}
                catalogue={catalogue}
              />
            ) : (
              <RestDay day={day} today={day.weekday === today} />
            )}
          </li>
        );
      })}
    </ol>
  );
}

function RestDay({ day, today }: { day: PlannedDay; today: boolean }) {
  const { plan: words } = useTexts();
  return (
    <div className="flex min-h-16 flex-wrap items-center gap-x-3 gap-y-1 rounded-3xl border border-dashed px-5 py-3 sm:px-6">
      <h2 className="font-semibold">{words.weekdays[day.weekday]}</h2>
      {today && <Badge className="bg-accent-soft text-ink">{words.today}</Badge>}
      <span className="ml-auto flex items-center gap-2 text-muted text-sm">
        <Moon aria-hidden="true" className="size-4" />
        {words.rest}
      </span>
    </div>
  );
}
