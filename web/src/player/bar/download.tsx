"use client";
/** The video with the bar in the picture, as a file. Its own pictures may have to be prepared first. */
import { ArrowDownToLine } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { atServer, type Workout } from "@/api/client";
import { Problem } from "@/api/problem";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Spinner } from "@/ui/surface";
import { pause } from "../film/pump";
import { askForFile } from "../film/server";

export function Download({ workout }: { workout: Workout | undefined }) {
  const texts = useTexts();
  const { player } = texts;
  const [stage, setStage] = useState<"none" | "preparing" | Problem>("none");
  const life = useRef<AbortController | null>(null);
  useEffect(() => () => life.current?.abort(), []);

  const start = async (workout: Workout) => {
    life.current = new AbortController();
    const { signal } = life.current;
    setStage("preparing");
    try {
      const file = atServer(`${workout.links.with_hud}/video.mp4`);
      for (;;) {
        const state = await askForFile(file, signal);
        if (state.is === "ready") break;
        if (state.is === "never") throw Problem.broken("this workout can only be streamed");
        await pause(state.after * 1000, signal);
      }
      save(`${file}?download=${encodeURIComponent(fileName(workout))}`);
      setStage("none");
    } catch (error) {
      if (!signal.aborted) setStage(Problem.from(error));
    }
  };

  const busy = stage === "preparing";
  const failed = stage instanceof Problem ? stage.words(texts) : null;
  const title = busy ? player.downloadPreparing : failed ? `${failed.title}. ${failed.advice}` : "";
  return (
    <>
      <Button
        look="ghost"
        className="px-2.5 sm:px-4"
        disabled={workout === undefined}
        aria-busy={busy}
        title={title || player.download}
        onClick={() => workout && !busy && void start(workout)}
      >
        {busy ? <Spinner /> : <ArrowDownToLine aria-hidden="true" />}
        <span className="max-md:sr-only">{player.download}</span>
      </Button>
      <span role="status" className="sr-only">
        {title}
      </span>
    </>
  );
}

/** `push-ups-air-squat-1m33.mp4`, the ending by the server. */
function fileName({ exercises, duration }: Workout): string {
  const names = exercises.slice(0, 2).map((name) =>
    name
      // Letters without their accents.
      .normalize("NFD")
      .replace(/\p{M}+/gu, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, ""),
  );
  return [...names, `${Math.round(duration / 60)}min`].filter(Boolean).join("-");
}

function save(address: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}
