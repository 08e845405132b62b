"use client";
/** What the session comes to, and the button that starts it; always in reach. */
import { Play } from "lucide-react";
import type { Ref } from "react";
import { useTexts } from "@/i18n";
import { usePlayback } from "@/player/store";
import { clock } from "@/session/clock";
import type { Totals } from "@/session/totals";
import { Button } from "@/ui/button";
import { style } from "@/ui/style";
import { Spinner } from "@/ui/surface";
import { PlanProblem } from "./plan-problem";

export function GenerateBar(props: {
  totals: Totals;
  onGenerate: () => void;
  button: Ref<HTMLButtonElement>;
}) {
  const { totals, onGenerate, button } = props;
  const { session, common } = useTexts();
  const planning = usePlayback(({ stage }) => stage.name === "planning");
  const { plan, asking, conflicts, problem } = totals;
  const ready = plan !== null && !planning;
  const why = conflicts.length > 0 ? session.mend : session.nothing;
  return (
    <section
      aria-label={session.total}
      className="sticky bottom-0 z-30 -mx-4 border-t immersed:static bg-surface px-4 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:-mx-6 sm:px-6"
    >
      {problem !== null && (
        <div className="mb-3 max-h-40 overflow-y-auto">
          <PlanProblem totals={totals} />
        </div>
      )}
      <div className="flex items-center justify-between gap-3 sm:gap-4">
        <div className={style("min-w-0 transition-opacity", asking && "opacity-60")}>
          <p role="status" className="sr-only">
            {plan && !asking
              ? session.totals(clock(plan.duration), Math.round(plan.kcal), plan.intervals.length)
              : ""}
          </p>
          {plan ? (
            <div aria-hidden="true" data-testid="totals" className="whitespace-nowrap tabular-nums">
              <p className="font-bold text-2xl leading-none tracking-tight sm:text-3xl">
                {clock(plan.duration)}
              </p>
              <p className="mt-1.5 text-muted text-xs sm:text-sm">
                {common.kcal(Math.round(plan.kcal))}
                <span className="max-[28rem]:hidden">
                  {" · "}
                  {session.intervals(plan.intervals.length)}
                </span>
              </p>
            </div>
          ) : (
            <p className="text-balance text-muted text-sm">{problem || asking ? "" : why}</p>
          )}
        </div>
        <Button
          look="primary"
          size="large"
          ref={button}
          data-testid="start"
          className="max-[26rem]:px-4 max-sm:h-13 max-sm:px-5 max-sm:text-base"
          // Not `disabled`, which would take the focus: it waits here for the session to be ready.
          aria-disabled={!ready}
          aria-busy={planning}
          onClick={() => ready && onGenerate()}
        >
          {planning ? (
            <Spinner />
          ) : (
            <Play aria-hidden="true" className="fill-current max-[26rem]:hidden" />
          )}
          {planning ? session.generating : session.generate}
        </Button>
      </div>
    </section>
  );
}
