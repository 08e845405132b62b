"use client";
/** Why the session cannot be planned, and what to do. */
import type { Totals } from "@/session/totals";
import { ProblemNote } from "@/ui/problem";

export function PlanProblem({ totals: { problem, retry } }: { totals: Totals }) {
  if (problem === null) return null;
  // What was refused would be refused again.
  const again = problem.status === 0 || problem.status >= 500;
  return <ProblemNote problem={problem} {...(again ? { onRetry: retry } : {})} />;
}
