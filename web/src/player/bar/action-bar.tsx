"use client";
/** Below the picture: what the workout is, and what else one can do with it. */
import { Check, Keyboard, Share2, Smartphone } from "lucide-react";
import type { Workout } from "@/api/client";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { DownloadButton } from "../download/button";
import { clock } from "../now";
import { isLoopback } from "../share";
import type { Sharing } from "./use-share";

interface Props {
  workout: Workout | undefined;
  sharing: Sharing;
  onDownload: () => void;
  onPhone: () => void;
  onHelp: () => void;
}

export function ActionBar({ workout, sharing, onDownload, onPhone, onHelp }: Props) {
  const { player, common } = useTexts();
  const copied = sharing.told === "copied";
  const said =
    copied && isLoopback(new URL(sharing.link).hostname)
      ? `${player.copied}. ${player.copiedHere}`
      : player.copied;
  return (
    <div className="grid gap-2">
      <div className="flex h-11 items-center gap-1.5">
        <p className="mr-auto truncate pl-1 font-semibold text-sm tabular-nums sm:text-base">
          {workout && (
            <>
              {clock(workout.duration)}
              <span className="font-medium text-muted">
                {" · "}
                {common.kcal(Math.round(workout.kcal))}
              </span>
            </>
          )}
        </p>
        <DownloadButton workout={workout} onOpen={onDownload} />
        <Button look="ghost" className="px-2.5 sm:px-4" onClick={sharing.share}>
          {copied ? <Check aria-hidden="true" /> : <Share2 aria-hidden="true" />}
          <span className="max-md:sr-only">{player.share}</span>
        </Button>
        <Button look="ghost" className="px-2.5 sm:px-4" onClick={onPhone}>
          <Smartphone aria-hidden="true" />
          <span className="max-xl:sr-only">{player.phone}</span>
        </Button>
        <Button
          look="ghost"
          size="icon"
          aria-label={player.helpTitle}
          title={player.helpTitle}
          className="pointer-coarse:hidden"
          onClick={onHelp}
        >
          <Keyboard aria-hidden="true" />
        </Button>
      </div>
      <p role="status" className="sr-only">
        {copied && said}
      </p>
      {copied && (
        <p
          aria-hidden="true"
          className="pointer-events-none fixed bottom-6 left-1/2 z-50 w-max max-w-[calc(100vw-2rem)] -translate-x-1/2 rounded-3xl bg-ink px-5 py-2.5 font-semibold text-ground text-sm shadow-lg"
        >
          {said}
        </p>
      )}
      {sharing.told === "failed" && (
        <label className="grid gap-1 text-sm">
          {player.copyThis}
          <input
            readOnly
            value={sharing.link}
            onFocus={(event) => event.currentTarget.select()}
            className="h-11 rounded-xl border bg-surface px-3"
          />
        </label>
      )}
    </div>
  );
}

/** Its room while there is no workout, so that nothing moves when there is one. */
export function ActionBarPlace() {
  return <div aria-hidden="true" className="h-11" />;
}
