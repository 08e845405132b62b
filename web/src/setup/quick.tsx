"use client";
/** A full session in one click: how long, how hard, and the server chooses. */
import { Dices } from "lucide-react";
import { LimitChips } from "@/goals/limit-chips";
import { useTexts } from "@/i18n";
import { useSession } from "@/session/store";
import { freshSeed, type Totals } from "@/session/totals";
import { Button } from "@/ui/button";
import { Slider } from "@/ui/controls";
import { Spinner } from "@/ui/surface";
import { IntensityChoice } from "./intensity";

export function QuickSetup({ totals }: { totals: Totals }) {
  const { items, setup, chosen, configure, choose } = useSession();
  const { setup: texts } = useTexts();
  const choosing = chosen !== null && totals.asking;
  const mine = items.length > 0 && chosen === null;
  return (
    <div className="grid gap-7">
      <div>
        <h2 className="font-bold text-lg tracking-tight">{texts.quickTitle}</h2>
        <p className="mt-1 text-muted text-sm">{texts.quickText}</p>
      </div>
      <div className="grid gap-3">
        <Slider
          label={texts.duration}
          value={setup.minutes}
          min={5}
          max={90}
          step={5}
          words={texts.minutes}
          onChange={(minutes) => configure({ minutes })}
        />
        <div className="flex gap-2">
          {[10, 20, 30, 45].map((minutes) => (
            <Button
              key={minutes}
              look="outline"
              size="small"
              aria-pressed={setup.minutes === minutes}
              className="h-10 flex-1 px-2 aria-pressed:border-accent aria-pressed:bg-accent-soft"
              onClick={() => configure({ minutes })}
            >
              {texts.minutes(minutes)}
            </Button>
          ))}
        </div>
        {mine && <p className="text-muted text-sm">{texts.listLength}</p>}
      </div>
      <IntensityChoice />
      <LimitChips />
      <div className="grid gap-3">
        <Button
          look={chosen === null ? "primary" : "quiet"}
          size="large"
          // Not `disabled`, which would take the focus.
          aria-disabled={choosing}
          aria-busy={choosing}
          onClick={() => !choosing && choose(freshSeed())}
        >
          {choosing ? <Spinner /> : <Dices aria-hidden="true" />}
          {choosing ? texts.choosing : chosen === null ? texts.surprise : texts.another}
        </Button>
        <p role="status" className="min-h-10 text-center text-muted text-sm">
          {mine
            ? texts.replaces
            : chosen !== null && totals.plan !== null && !totals.asking
              ? texts.ready(items.length, setup.rounds)
              : ""}
        </p>
      </div>
    </div>
  );
}
