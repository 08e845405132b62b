"use client";
import type { Problem } from "@/api/problem";
import { ProblemNote } from "@/ui/problem";
import { Backdrop } from "./backdrop";
import { Screen } from "./screen";

export function Failed({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  return (
    <Screen>
      <Backdrop dim />
      <div className="absolute inset-0 grid overflow-y-auto p-4">
        <ProblemNote
          problem={problem}
          {...(onRetry ? { onRetry } : {})}
          className="m-auto max-w-md text-ink shadow-xl"
        />
      </div>
    </Screen>
  );
}
