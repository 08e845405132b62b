"use client";
/** From the session to a workout in the player. Whatever fails, the session is as it was. */
import { api, body } from "@/api/client";
import { Problem } from "@/api/problem";
import { useGoals } from "@/goals/store";
import type { Locale } from "@/i18n/texts";
import { usePlayback } from "@/player/store";
import { toRequest } from "@/session/request";
import { useSession } from "@/session/store";
import { tokenToPlay } from "./token";

/** `language`: the page's. */
export async function generate(language: Locale): Promise<void> {
  const playback = usePlayback.getState();
  const session = useSession.getState();
  const { planned } = session;
  playback.plan();
  try {
    const { weight, ...limits } = useGoals.getState().goals;
    const request = toRequest(session, { weight, language, limits });
    const workout = await body(api.POST("/api/workouts", { body: request }));
    playback.open(tokenToPlay(workout), {
      autoplay: true,
      origin: planned === undefined ? { own: true } : { own: true, planned },
    });
    forgetSharedLink();
  } catch (error) {
    playback.fail(Problem.from(error));
  }
}

/** The address no longer says what plays. */
function forgetSharedLink(): void {
  const address = new URL(window.location.href);
  if (!address.searchParams.has("workout")) return;
  address.searchParams.delete("workout");
  window.history.replaceState(window.history.state, "", address);
}
