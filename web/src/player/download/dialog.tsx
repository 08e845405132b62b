"use client";
/** Saving the workout as a file: with the bar as the session's switches say, or the picture alone. */
import { ArrowDownToLine, Check } from "lucide-react";
import { useEffect, useRef } from "react";
import type { Workout } from "@/api/client";
import { useLocale, useTexts } from "@/i18n";
import { type Overlays, useSession } from "@/session/store";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { ProblemNote } from "@/ui/problem";
import { Spinner } from "@/ui/surface";
import { useDownload } from "./store";

const PARTS = ["timer", "progress", "name", "round"] as const;
const NONE: Overlays = { timer: false, progress: false, name: false, round: false };

interface Props {
  workout: Workout;
  onOpenChange: (open: boolean) => void;
  container: HTMLElement | null;
}

export default function DownloadDialog({ workout, onOpenChange, container }: Props) {
  const { player, common } = useTexts();
  const { state, cancel } = useDownload();
  const words = useRef<HTMLDivElement>(null);
  const running = state.name === "preparing" || state.name === "running";
  // The button that was pressed is gone.
  useEffect(() => {
    if (running) words.current?.focus();
  }, [running]);
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title={player.download}
      close={common.close}
      container={document.fullscreenElement === container ? container : null}
    >
      {running ? (
        <div ref={words} tabIndex={-1} className="grid gap-4 outline-none">
          <Running />
          <Button look="outline" onClick={cancel}>
            {common.cancel}
          </Button>
        </div>
      ) : (
        <>
          {state.name === "failed" && <ProblemNote problem={state.problem} />}
          {state.name === "saved" && (
            <p role="status" className="flex items-center gap-2 rounded-2xl bg-accent-soft p-4">
              <Check aria-hidden="true" className="size-5 text-accent" />
              {player.downloaded}
            </p>
          )}
          <Choices workout={workout} />
        </>
      )}
    </Dialog>
  );
}

function Choices({ workout }: { workout: Workout }) {
  const { player, setup } = useTexts();
  const locale = useLocale();
  const overlays = useSession((session) => session.setup.overlays);
  const start = useDownload((download) => download.start);
  const shown = PARTS.filter((part) => overlays[part]).map((part) => setup[part]);
  const list = new Intl.ListFormat(locale, { type: "conjunction" }).format(shown);
  return (
    <div className="grid gap-3">
      {shown.length > 0 && (
        <Choice
          title={player.withBar}
          hint={player.withBarHint(list)}
          onClick={() => void start(workout, overlays)}
        />
      )}
      <Choice
        title={player.withoutBar}
        hint={player.withoutBarHint}
        onClick={() => void start(workout, NONE)}
      />
      <p className="text-muted text-sm">{shown.length > 0 ? player.barChoice : player.barOff}</p>
    </div>
  );
}

function Choice(props: { title: string; hint: string; onClick: () => void }) {
  return (
    <button
      type="button"
      onClick={props.onClick}
      className="flex items-center gap-4 rounded-2xl border p-4 text-left transition-colors hover:border-accent hover:bg-accent-soft"
    >
      <ArrowDownToLine aria-hidden="true" className="size-5 shrink-0 text-accent" />
      <span className="grid gap-0.5">
        <span className="font-semibold">{props.title}</span>
        <span className="text-muted text-sm">{props.hint}</span>
      </span>
    </button>
  );
}

function Running() {
  const { player } = useTexts();
  const locale = useLocale();
  const state = useDownload((download) => download.state);
  if (state.name !== "running") {
    return (
      <p role="status" className="flex items-center gap-3">
        <Spinner />
        {player.downloadPreparing}
      </p>
    );
  }
  const { received, total, left } = state;
  const megabytes = (bytes: number) =>
    (bytes / 1e6).toLocaleString(locale, { maximumFractionDigits: total < 1e8 ? 1 : 0 });
  const size = player.downloadOf(megabytes(received), megabytes(total));
  const time = left === null ? "" : player.timeLeft(Math.ceil(left));
  return (
    <div className="grid gap-2">
      <progress
        aria-label={player.download}
        max={total}
        value={received}
        className="h-2 w-full appearance-none overflow-hidden rounded-full bg-raised [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-raised [&::-webkit-progress-value]:rounded-full [&::-webkit-progress-value]:bg-accent"
      />
      <p className="flex justify-between gap-4 text-muted text-sm tabular-nums">
        <span>{size}</span>
        <span>{time}</span>
      </p>
    </div>
  );
}
