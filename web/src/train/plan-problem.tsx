"use client";
/** Why the session cannot be planned, and what to do. */
import { useTexts } from "@/i18n";
import { useSession } from "@/session/store";
import type { Totals } from "@/session/totals";
import { ProblemNote } from "@/ui/problem";

export function PlanProblem({ totals }: { totals: Totals }) {
  const { session } = useTexts();
  const chosen = useSession((state) => state.chosen !== null);
  const { problem, retry } = totals;
  if (problem === null) return null;
  // The server says exactly why nothing could be chosen, but in English; what to do is the same.
  if (chosen && problem.slug === "invalid-request") {
    return (
      <div role="alert" className="rounded-2xl bg-danger-soft p-4 text-sm">
        <strong className="block font-semibold">{session.noFitTitle}</strong>
        {session.noFit}
      </div>
    );
  }
  const again = problem.status === 0 || problem.status >= 500;
  return <ProblemNote problem={problem} {...(again ? { onRetry: retry } : {})} />;
}
