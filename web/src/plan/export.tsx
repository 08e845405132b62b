"use client";
/** The week as a file for the person's calendar. */
import { useId, useState } from "react";
import { useExercises } from "@/api/queries";
import { dayOf, mondayOf } from "@/history/calendar";
import { useLocale, useTexts } from "@/i18n";
import type { Texts } from "@/i18n/types";
import { Button } from "@/ui/button";
import { Choose } from "@/ui/controls";
import { Dialog } from "@/ui/dialog";
import { LoopbackNote } from "@/ui/loopback-note";
import type { PlannedWeek } from "./api";
import { type EventWords, eventsOf } from "./events";
import { calendarFile } from "./ics";

const BASE_PATH = process.env.BASE_PATH ?? "";

export function CalendarExport(props: {
  week: PlannedWeek;
  onOpenChange: (open: boolean) => void;
}) {
  const { week, onOpenChange } = props;
  const texts = useTexts();
  const { plan: words, common } = texts;
  const locale = useLocale();
  const { data: exercises } = useExercises();
  const [now] = useState(() => new Date());
  const [time, setTime] = useState("18:00");
  const today = dayOf(now);
  const names = new Map(exercises?.map((it) => [it.id, it.translations[locale]?.name ?? it.name]));
  const events = (when: When) => {
    const monday = mondayOf(today) + (when === "this" ? 0 : 7);
    const at = { monday, today, begin: minutesOf(time) };
    return eventsOf(week, at, eventWords(texts, locale, names));
  };
  const [when, setWhen] = useState<When>(() => (events("this").length > 0 ? "this" : "next"));
  const chosen = events(when);
  const id = useId();
  const save = () => {
    saveAs(calendarFile(chosen, new Date()), words.exportName(week.week));
    onOpenChange(false);
  };
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title={words.exportTitle}
      description={words.exportHint}
      close={common.close}
    >
      <Choose
        label={words.exportWhen}
        value={when}
        choices={[
          { value: "this", label: words.thisWeek },
          { value: "next", label: words.comingWeek },
        ]}
        onChange={setWhen}
      />
      <div className="flex items-center justify-between gap-4">
        <label htmlFor={id} className="font-medium text-sm">
          {words.exportTime}
        </label>
        <input
          id={id}
          type="time"
          required
          value={time}
          onChange={(event) => event.target.value && setTime(event.target.value)}
          className="h-11 rounded-2xl bg-raised px-4 font-semibold tabular-nums"
        />
      </div>
      <p role="status" className="text-muted text-sm">
        {words.exportCount(chosen.length)}
      </p>
      <LoopbackNote />
      <Button look="primary" disabled={chosen.length === 0} onClick={save}>
        {words.exportFile}
      </Button>
    </Dialog>
  );
}

type When = "this" | "next";

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

function eventWords(texts: Texts, locale: string, names: ReadonlyMap<string, string>): EventWords {
  const { plan: words, common, frame } = texts;
  return {
    title: ({ session }) =>
      `${session === null ? words.rest : words.titles[session.title]} – ${frame.product}`,
    description: ({ session }) => {
      if (session === null) return "";
      const { duration, kcal, exercises, config } = session;
      const length = common.minutes(Math.round(duration / 60));
      const rounds = words.rounds(config.config?.rounds ?? 1);
      const facts = [length, common.kcal(Math.round(kcal)), rounds].join(" · ");
      return [facts, ...exercises.map(({ id, name }) => names.get(id) ?? name)].join("\n");
    },
    address: (token) => {
      const root = locale === "fr" ? "/fr/" : "/";
      return new URL(`${BASE_PATH}${root}?workout=${token}`, window.location.href).href;
    },
  };
}

function saveAs(text: string, name: string) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/calendar;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Some browsers read it only after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
