"use client";
/** Minutes per week as bars; for a screen reader, as a table. */
import { useId } from "react";
import { useLocale, useTexts } from "@/i18n";
import { dateOf } from "./calendar";
import type { Week } from "./progress";

const WIDTH = 320;
const HEIGHT = 128;
const TOP = 18;
const BOTTOM = 20;

export function MinutesChart({ weeks }: { weeks: readonly Week[] }) {
  const { plan: words } = useTexts();
  const locale = useLocale();
  const id = useId();
  const format = new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "short",
    timeZone: "UTC",
  });
  const named = weeks.map((week) => ({ ...week, name: format.format(dateOf(week.monday)) }));
  return (
    <figure aria-labelledby={id} className="grid max-w-md gap-2">
      <figcaption id={id} className="font-medium text-sm">
        {words.chart}
      </figcaption>
      <Bars weeks={named} />
      {/* A table does not shrink to nothing; what is around it does. */}
      <div className="sr-only">
        <table>
          <caption>{words.chartOf}</caption>
          <thead>
            <tr>
              <th scope="col">{words.weekFrom}</th>
              <th scope="col">{words.minutesHead}</th>
              <th scope="col">{words.sessionsHead}</th>
            </tr>
          </thead>
          <tbody>
            {named.map(({ monday, name, minutes, sessions }) => (
              <tr key={monday}>
                <th scope="row">{name}</th>
                <td>{minutes}</td>
                <td>{sessions}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

function Bars({ weeks }: { weeks: readonly (Week & { name: string })[] }) {
  const step = WIDTH / weeks.length;
  const most = Math.max(1, ...weeks.map(({ minutes }) => minutes));
  const floor = HEIGHT - BOTTOM;
  return (
    <svg aria-hidden="true" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="w-full text-[10px]">
      {weeks.map(({ monday, name, minutes }, i) => {
        const middle = step * (i + 0.5);
        const height = Math.max(3, (minutes / most) * (floor - TOP));
        const last = i === weeks.length - 1;
        return (
          <g key={monday} textAnchor="middle">
            <rect
              x={middle - 12}
              y={floor - height}
              width={24}
              height={height}
              rx={Math.min(6, height / 2)}
              className={
                minutes === 0 ? "fill-line" : last ? "fill-accent" : "fill-accent opacity-50"
              }
            />
            {minutes > 0 && (
              <text x={middle} y={floor - height - 5} className="fill-ink font-semibold">
                {minutes}
              </text>
            )}
            {(weeks.length - 1 - i) % 2 === 0 && (
              <text x={middle} y={HEIGHT - 5} className="fill-muted">
                {name}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}
