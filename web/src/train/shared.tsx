"use client";
/** What a shared workout is, below the player that shows it, and the way to make it one's own. */
import { ListPlus } from "lucide-react";
import { useId } from "react";
import { useExercises } from "@/api/queries";
import { useLocale, useTexts } from "@/i18n";
import { Marks } from "@/library/marks";
import { nameOf } from "@/library/names";
import { Poster } from "@/library/poster";
import { usePlayback } from "@/player/store";
import { useTimeline } from "@/player/workout";
import { clock } from "@/session/clock";
import { fromTimeline, stationsOf } from "@/session/from-timeline";
import { useSession } from "@/session/store";
import { Button } from "@/ui/button";
import { Card, Skeleton } from "@/ui/surface";

export function SharedWorkout(props: { token: string; onTaken: () => void }) {
  const { session, common } = useTexts();
  const locale = useLocale();
  const id = useId();
  const { data: timeline, error } = useTimeline(props.token);
  const { data: exercises } = useExercises();
  // The player says what is wrong with the link.
  if (error !== null) return null;
  if (timeline === undefined) return <Skeleton className="h-36 rounded-3xl" />;
  const { setup } = fromTimeline(timeline, useSession.getState().setup);
  const stations = stationsOf(timeline.intervals);
  const use = () => {
    const store = useSession.getState();
    store.adopt(fromTimeline(timeline, store.setup));
    usePlayback.getState().adopt();
    props.onTaken();
  };
  const facts = [
    clock(timeline.duration),
    common.kcal(Math.round(timeline.kcal)),
    session.count(stations.length),
    ...(setup.rounds > 1 ? [session.rounds(setup.rounds)] : []),
    session.pace(setup.work, setup.rest),
  ];
  return (
    <Card aria-labelledby={id} className="grid gap-4 max-sm:p-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0">
          <h2 id={id} className="font-bold text-lg tracking-tight sm:text-xl">
            {session.shared}
          </h2>
          <p className="text-muted text-sm tabular-nums">{facts.join(" · ")}</p>
        </div>
        <Button look="primary" className="max-sm:w-full" onClick={use}>
          <ListPlus aria-hidden="true" />
          {session.use}
        </Button>
      </div>
      <ol className="grid gap-2 sm:grid-cols-2">
        {stations.map(({ id, seconds }, at) => {
          const exercise = exercises?.find((it) => it.id === id);
          return (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: the order of a workout never changes
              key={at}
              className="flex items-center gap-3 rounded-2xl border p-1.5"
            >
              {exercise ? (
                <Poster exercise={exercise} className="w-16 shrink-0 sm:w-20" />
              ) : (
                <Skeleton className="aspect-video w-16 shrink-0 sm:w-20" />
              )}
              <span className="grid min-w-0 gap-0.5">
                <span className="font-semibold text-sm leading-snug">
                  <span className="text-muted tabular-nums">{at + 1}. </span>
                  {exercise ? nameOf(exercise, locale) : id}
                  {seconds !== setup.work && (
                    <span className="ml-2 text-muted text-xs">{session.workTime(seconds)}</span>
                  )}
                </span>
                {exercise && <Marks exercise={exercise} brief />}
              </span>
            </li>
          );
        })}
      </ol>
    </Card>
  );
}
