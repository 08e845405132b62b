"use client";
/** The one download that is under way, whatever page is shown meanwhile. */
import { create } from "zustand";
import { api, atServer, body, type Workout } from "@/api/client";
import { Problem } from "@/api/problem";
import type { Overlays } from "@/session/setup";
import { fetchFile, type Progress, untilReady } from "./fetch-file";
import { Pace } from "./pace";

export type DownloadState =
  | { name: "none" }
  /** Its pictures are being made. */
  | { name: "preparing" }
  /** `left`: seconds, once they can be told. */
  | ({ name: "running"; left: number | null } & Progress)
  | { name: "saved" }
  | { name: "failed"; problem: Problem };

interface Downloads {
  state: DownloadState;
  /** Of the bar: none of them is the picture alone. */
  start(workout: Workout, parts: Overlays): Promise<void>;
  cancel(): void;
}

/** Larger files are the browser's own to save: it writes them to the disk as they come. */
const OURS = 1_500_000_000;
/** Milliseconds between two words of how far it is. */
const OFTEN = 200;

let life = new AbortController();

export const useDownload = create<Downloads>()((set) => ({
  state: { name: "none" },
  start: async (workout, parts) => {
    life.abort();
    life = new AbortController();
    const { signal } = life;
    set({ state: { name: "preparing" } });
    try {
      const { token } = workout;
      const query = {
        show_timer: parts.timer,
        show_progress_bar: parts.progress,
        show_exercise_name: parts.name,
        show_round: parts.round,
      };
      const params = { path: { token }, query };
      const shown = await body(api.GET("/api/workouts/{token}", { params, signal }));
      const file = atServer(shown.links.video);
      await untilReady(file, signal);
      const name = fileName(workout);
      if ((await sizeOf(file, signal)) > OURS) {
        save(`${file}?download=${encodeURIComponent(name)}`, "");
        set({ state: { name: "saved" } });
        return;
      }
      const pace = new Pace();
      let last = 0;
      const tell = (progress: Progress) => {
        const now = performance.now();
        if (now - last < OFTEN && progress.received < progress.total) return;
        last = now;
        set({ state: { name: "running", left: pace.left(progress, now), ...progress } });
      };
      const blob = await fetchFile(file, tell, signal);
      const address = URL.createObjectURL(blob);
      save(address, `${name}.mp4`);
      // Some browsers read it only after the click.
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      set({ state: { name: "saved" } });
    } catch (error) {
      if (signal.aborted) return;
      set({ state: { name: "failed", problem: Problem.from(error) } });
    }
  },
  cancel: () => {
    life.abort();
    set({ state: { name: "none" } });
  },
}));

async function sizeOf(file: string, signal: AbortSignal): Promise<number> {
  const { headers } = await fetch(file, { method: "HEAD", signal });
  return Number(headers.get("content-length"));
}

/** `push-ups-air-squat-2min` */
export function fileName({ exercises, duration }: Pick<Workout, "exercises" | "duration">): string {
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

function save(address: string, name: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
