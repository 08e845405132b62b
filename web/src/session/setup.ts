/** How a session is done: all that is set beside its list of exercises, but the limits, which are the goals'. */
import type { Intensity, Orientation, Resolution } from "@/api/client";

export interface Overlays {
  timer: boolean;
  progress: boolean;
  name: boolean;
  round: boolean;
}

/** Times in seconds. */
export interface Setup {
  /** Minutes in all, for sessions that are chosen. */
  minutes: number;
  intensity: Intensity;
  work: number;
  rest: number;
  roundRest: number;
  getReady: number;
  rounds: number;
  noRepeat: boolean;
  warmUp: boolean;
  coolDown: boolean;
  cues: boolean;
  clipSound: boolean;
  resolution: Resolution;
  orientation: Orientation;
  /** What the downloaded video shows; the player draws its own. */
  overlays: Overlays;
  /** What warm-up and cool-down of a list are drawn with: the same session, the same video. */
  seed: number;
}

export const DEFAULT_SETUP: Setup = {
  minutes: 20,
  intensity: "medium_intensity",
  work: 40,
  rest: 20,
  roundRest: 30,
  getReady: 5,
  rounds: 1,
  noRepeat: false,
  warmUp: true,
  coolDown: true,
  cues: true,
  clipSound: false,
  resolution: "720p",
  orientation: "landscape",
  overlays: { timer: true, progress: true, name: true, round: true },
  seed: 1,
};
