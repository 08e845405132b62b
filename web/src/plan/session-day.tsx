"use client";
/** A day with a session: what it is, its exercises, why, and the way to it. */
import { Check, Play } from "lucide-react";
import { useRouter } from "next/navigation";
import { type CSSProperties, useId } from "react";
import { atServer, type Exercise } from "@/api/client";
import { useLocale, useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { style } from "@/ui/style";
import { Badge, Card } from "@/ui/surface";
import type { PlannedDay, PlannedSession } from "./api";
import { openInTrain } from "./open";
import { reasonWords } from "./reasons";

export type Catalogue = ReadonlyMap<string, Exercise>;

export function SessionDay(props: {
  day: PlannedDay;
  session: PlannedSession;
  planned: string;
  done: boolean;
  today: boolean;
  catalogue: Catalogue;
}) {
  const { day, session, planned, done, today, catalogue } = props;
  const { plan: words } = useTexts();
  const root = useLocale() === "fr" ? "/fr" : "";
  const router = useRouter();
  const title = words.titles[session.title] ?? session.name;
  const weekday = words.weekdays[day.weekday];
  const start = done ? words.startAgain : words.start;
  const open = () => {
    openInTrain(session, planned);
    router.push(`${root}/`);
  };
  return (
    <Card
      aria-label={`${weekday}, ${title}`}
      className={style("grid gap-5", today && "border-accent")}
    >
      <div className="flex flex-wrap items-start justify-between gap-4">
        <div className="grid gap-1">
          <p className="flex flex-wrap items-center gap-2 font-semibold text-muted text-sm">
            {weekday}
            {today && <Badge className="bg-accent-soft text-ink">{words.today}</Badge>}
            {done && (
              <Badge className="bg-accent text-on-accent">
                <Check aria-hidden="true" />
                {words.done}
              </Badge>
            )}
          </p>
          <h2 className="font-bold text-2xl tracking-tight">
            <span className="sr-only">{weekday}, </span>
            {title}
          </h2>
          <Facts session={session} />
        </div>
        <Button
          look={done ? "quiet" : "primary"}
          className="max-sm:w-full"
          aria-label={words.startLabel(start, weekday, title)}
          onClick={open}
        >
          <Play aria-hidden="true" />
          {start}
        </Button>
      </div>
      <Exercises session={session} catalogue={catalogue} />
      <Reasons day={day} />
    </Card>
  );
}

function Facts({ session }: { session: PlannedSession }) {
  const { plan: words, common } = useTexts();
  const rounds = session.config.config?.rounds;
  const facts = [
    common.minutes(Math.round(session.duration / 60)),
    common.kcal(Math.round(session.kcal)),
    ...(rounds == null ? [] : [words.rounds(rounds)]),
  ];
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <p className="text-muted tabular-nums">{facts.join(" · ")}</p>
      <ul className="flex flex-wrap gap-1.5">
        {session.muscle_groups.map((group) => (
          <li key={group}>
            <Badge>{words.groups[group] ?? group}</Badge>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Exercises({ session, catalogue }: { session: PlannedSession; catalogue: Catalogue }) {
  const { plan: words } = useTexts();
  const locale = useLocale();
  const count = session.exercises.length;
  // One row, or two that are as good as equal: none is left alone in a line.
  const columns = count > 6 ? Math.ceil(count / 2) : Math.max(count, 4);
  return (
    <ul
      aria-label={words.exercises(count)}
      style={{ "--columns": columns } as CSSProperties}
      className="grid grid-cols-3 gap-x-2 gap-y-3 sm:grid-cols-[repeat(var(--columns),minmax(0,1fr))] sm:gap-x-3"
    >
      {session.exercises.map(({ id, name }) => {
        const exercise = catalogue.get(id);
        const poster = exercise?.thumbnail_url;
        return (
          <li key={id} className="grid content-start gap-1.5">
            <div className="aspect-video overflow-hidden rounded-xl bg-raised">
              {poster && (
                // biome-ignore lint/performance/noImgElement: a poster of the server, made in this size
                <img
                  src={atServer(poster)}
                  alt=""
                  loading="lazy"
                  decoding="async"
                  className="size-full object-cover"
                />
              )}
            </div>
            <span className="line-clamp-2 text-balance text-muted text-xs leading-snug">
              {exercise?.translations[locale]?.name ?? name}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Reasons({ day }: { day: PlannedDay }) {
  const texts = useTexts();
  const locale = useLocale();
  const id = useId();
  return (
    <div className="grid gap-1.5 border-t pt-4 text-sm">
      <h3 id={id} className="font-medium">
        {texts.plan.why}
      </h3>
      <ul aria-labelledby={id} className="grid gap-1 text-muted">
        {day.reasons.map((reason) => (
          <li key={reason.code} className="flex gap-2 text-pretty">
            <span aria-hidden="true" className="mt-2 size-1 shrink-0 rounded-full bg-accent" />
            {reasonWords(reason, texts, locale)}
          </li>
        ))}
      </ul>
    </div>
  );
}
