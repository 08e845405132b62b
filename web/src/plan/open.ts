/** A session of the plan, opened in Train. */
import { usePlaces } from "@/player/places";
import { usePlayback } from "@/player/store";
import { fromRequest } from "@/session/request";
import { useSession } from "@/session/store";
import type { PlannedSession } from "./api";

/** `planned`: the day's name in the history, so that the day is ticked off when it was played. */
export function openInTrain(session: PlannedSession, planned: string) {
  const store = useSession.persist;
  // What the browser keeps is read first: how things look and sound stays the person's choice.
  if (!store.hasHydrated()) void store.rehydrate();
  const { cues, clipSound, resolution, orientation, overlays } = useSession.getState().setup;
  const { items, setup, chosen } = fromRequest(session.config);
  const looks = { cues, clipSound, resolution, orientation, overlays };
  const loaded = { items, setup: { ...setup, ...looks }, chosen, planned };
  useSession.getState().load(loaded);
  usePlayback.getState().close();
  const { last, forget } = usePlaces.getState();
  if (last !== null) forget(last.token);
}
