"use client";
/** The player in its stages. What is played is said by `store`; a link to a workout opens it here. */
import { useEffect, useState } from "react";
import { useHistory } from "@/history/store";
import { useTexts } from "@/i18n";
import { useSession } from "@/session/store";
import { useStored } from "@/session/stored";
import { ActionBarPlace } from "./bar/action-bar";
import { Opened } from "./opened";
import { useSettings } from "./settings";
import { Backdrop } from "./state/backdrop";
import { Empty } from "./state/empty";
import { Failed } from "./state/failed";
import { Screen } from "./state/screen";
import { StageWords } from "./state/stage-words";
import { type Stage, usePlayback } from "./store";

export function Player() {
  const { player } = useTexts();
  const { stage } = usePlayback();
  // A finished session is added to those that were kept, so they must have been read.
  useStored(useHistory);
  useStored(useSettings);
  useEffect(() => () => usePlayback.getState().rest(), []);
  return (
    // Kept in sight on small screens: what scrolls below it must not shine through.
    <section aria-label={player.title} className="grid gap-2 bg-ground">
      <Current stage={stage} />
    </section>
  );
}

function Current({ stage }: { stage: Stage }) {
  const { player } = useTexts();
  const upright = useSession(({ setup }) => setup.orientation === "portrait");
  const [attempt, setAttempt] = useState(0);
  switch (stage.name) {
    case "open":
      return (
        <Opened
          key={`${keyOf(stage)} ${attempt}`}
          token={stage.token}
          // What was asked for by a click is still wanted after a failure.
          autoplay={stage.autoplay || attempt > 0}
          origin={stage.origin}
          fresh={stage.autoplay && attempt === 0}
          upright={stage.autoplay && upright}
          onRetry={() => setAttempt(attempt + 1)}
        />
      );
    case "planning":
      return (
        <>
          <Screen upright={upright}>
            <Backdrop dim />
            <StageWords title={player.planning} />
          </Screen>
          <ActionBarPlace />
        </>
      );
    case "failed":
      return (
        <>
          <Failed problem={stage.problem} />
          <ActionBarPlace />
        </>
      );
    case "empty":
      return (
        <>
          <Empty />
          <ActionBarPlace />
        </>
      );
  }
}

/** Opening the same workout again is a new beginning. */
const keys = new WeakMap<Stage, number>();
let lastKey = 0;
function keyOf(stage: Stage): number {
  const key = keys.get(stage) ?? ++lastKey;
  keys.set(stage, key);
  return key;
}
