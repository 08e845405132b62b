"use client";
/**
 * The first page: the player and below it the session, beside them all that it is put together
 * with, and a bar that starts it. In one column, the player stays in sight while it plays.
 */
import { useRef, useState } from "react";
import { useLocale, useTexts } from "@/i18n";
import { Player } from "@/player/player";
import { usePlayback } from "@/player/store";
import { useLinkedWorkout } from "@/player/use-linked-workout";
import { SessionCard } from "@/session/card";
import { useSession } from "@/session/store";
import { useTotals } from "@/session/totals";
import { SetupPanel, type SetupTab } from "@/setup/panel";
import { prefersStill } from "@/ui/motion";
import { style } from "@/ui/style";
import { GenerateBar } from "./bar";
import { generate } from "./generate";
import { SharedWorkout } from "./shared";

const behavior = () => (prefersStill() ? "instant" : "smooth");

export function TrainPage() {
  const { frame } = useTexts();
  const locale = useLocale();
  const totals = useTotals();
  const [tab, setTab] = useState<SetupTab>("exercises");
  const player = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const generateButton = useRef<HTMLButtonElement>(null);
  const waiting = usePlayback(({ stage }) => stage.name === "empty");
  const shared = usePlayback(({ stage }) =>
    stage.name === "open" && stage.origin.own !== true ? stage.token : null,
  );
  useLinkedWorkout();
  const empty = useSession(({ items, chosen }) => items.length === 0 && chosen === null);

  const start = () => {
    void generate(locale);
    // The player is first on the page, so its place is the top whether it sticks or not.
    window.scrollTo({ top: 0, behavior: behavior() });
    player.current?.focus({ preventScroll: true });
  };
  const pick = () => {
    setTab("exercises");
    panel.current?.scrollIntoView({ block: "start", behavior: behavior() });
    panel.current?.focus({ preventScroll: true });
  };

  return (
    <div className="mx-auto max-w-[96rem] px-4 sm:px-6">
      <h1 className="sr-only">{frame.train}</h1>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 py-4 sm:gap-6 sm:py-6 lg:grid-cols-[minmax(0,1fr)_26rem] xl:grid-cols-[minmax(0,1fr)_30rem]">
        <div className="contents min-w-0 content-start gap-6 lg:grid">
          <div
            ref={player}
            tabIndex={-1}
            className={style(
              "outline-none",
              // On a phone that lies on its side, or with an upright picture, it would cover all there is.
              !waiting &&
                "max-lg:[@media(min-height:600px)]:not-has-data-upright:sticky max-lg:[@media(min-height:600px)]:top-16 max-lg:z-20",
            )}
          >
            <Player />
          </div>
          {shared !== null && (
            <SharedWorkout
              key={shared}
              token={shared}
              onTaken={() => generateButton.current?.focus({ preventScroll: true })}
            />
          )}
          {(shared === null || !empty) && (
            <SessionCard
              totals={totals}
              onPick={pick}
              // The button that was pressed is gone: what one wants next is to start.
              onChosen={() => generateButton.current?.focus({ preventScroll: true })}
            />
          )}
        </div>
        <div
          ref={panel}
          tabIndex={-1}
          className="scroll-mt-20 outline-none lg:sticky lg:top-20 lg:flex lg:h-[calc(100dvh-11.5rem)] lg:flex-col"
        >
          <SetupPanel tab={tab} onTab={setTab} totals={totals} />
        </div>
      </div>
      <GenerateBar totals={totals} onGenerate={start} button={generateButton} />
    </div>
  );
}
