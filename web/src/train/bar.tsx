"use client";
/** What the session comes to, and the button that starts it; always in reach. */
import { Play } from "lucide-react";
import { useTexts } from "@/i18n";
import { usePlayback } from "@/player/store";
import { clock } from "@/session/clock";
import type { Totals } from "@/session/totals";
import { Button } from "@/ui/button";
import { style } from "@/ui/style";
import { Spinner } from "@/ui/surface";
import { PlanProblem } from "./plan-problem";

export function GenerateBar({ totals, onGenerate }: { totals: Totals; onGenerate: () => void }) {
  const { session, common } = useTexts();
  const planning = usePlayback(({ stage }) => stage.name === "planning");
  const { plan, asking, conflicts, problem } = totals;
  const ready = plan !== null && !planning;
  const why = conflicts.length > 0 ? session.mend : session.nothing;
  return (
    <section
      aria-label={session.total}
      className="sticky bottom-0 z-30 -mx-4 border-t bg-surface/95 px-4 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] backdrop-blur-md sm:-mx-6 sm:px-6"
    >
      {problem !== null && (
        <div className="mb-3 max-h-40 overflow-y-auto">
          <PlanProblem totals={totals} />
        </div>
      )}
      <div className="flex items-center justify-between gap-4">
        <div className={style("min-w-0 transition-opacity", asking && "opacity-60")}>
          <p role="status" className="sr-only">
            {plan && !asking
              ? session.totals(clock(plan.duration), Math.round(plan.kcal), plan.intervals.length)
              : ""}
          </p>
          {plan ? (
            <div aria-hidden="true" className="whitespace-nowrap tabular-nums">
              <p className="font-bold text-2xl leading-none tracking-tight sm:text-3xl">
                {clock(plan.duration)}
              </p>
              <p className="mt-1.5 text-muted text-xs sm:text-sm">
                {common.kcal(Math.round(plan.kcal))} · {session.intervals(plan.intervals.length)}
              </p>
            </div>
          ) : (
            <p className="text-balance text-muted text-sm">{problem || asking ? "" : why}</p>
          )}
        </div>
        <Button
          look="primary"
          size="large"
          className="max-sm:h-13 max-sm:px-5 max-sm:text-base"
          disabled={!ready}
          aria-busy={planning}
          onClick={onGenerate}
        >
          {planning ? <Spinner /> : <Play aria-hidden="true" className="fill-current" />}
          {planning ? session.generating : session.generate}
        </Button>
      </div>
    </section>
  );
}
