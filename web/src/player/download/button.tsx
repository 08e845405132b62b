"use client";
/** Opens the download's dialog, and tells how far it is while that is closed. */
import { ArrowDownToLine } from "lucide-react";
import type { Workout } from "@/api/client";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Spinner } from "@/ui/surface";
import { useDownload } from "./store";

export function DownloadButton(props: { workout: Workout | undefined; onOpen: () => void }) {
  const { workout, onOpen } = props;
  const texts = useTexts();
  const { player } = texts;
  const state = useDownload((download) => download.state);
  const busy = state.name === "preparing" || state.name === "running";
  const percent =
    state.name === "running" ? Math.floor((100 * state.received) / state.total) : null;
  // Tenths, so that a screen reader is not talked over.
  const told =
    state.name === "preparing"
      ? player.downloadPreparing
      : percent !== null
        ? `${player.download}: ${player.percent(percent - (percent % 10))}`
        : state.name === "saved"
          ? player.downloaded
          : state.name === "failed"
            ? state.problem.words(texts).title
            : "";
  return (
    <>
      <Button
        look="ghost"
        className="px-2.5 sm:px-4"
        disabled={workout === undefined}
        aria-busy={busy}
        title={player.download}
        onClick={onOpen}
      >
        {busy ? <Spinner /> : <ArrowDownToLine aria-hidden="true" />}
        <span className="max-md:sr-only">{player.download}</span>
        {percent !== null && <span className="tabular-nums">{player.percent(percent)}</span>}
      </Button>
      <span role="status" className="sr-only">
        {told}
      </span>
    </>
  );
}
