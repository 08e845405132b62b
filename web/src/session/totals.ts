"use client";
/** What the session comes to, asked of the server a moment after every change. */
import { useEffect, useMemo, useState } from "react";
import type { Plan } from "@/api/client";
import type { Problem } from "@/api/problem";
import { useExercises, usePlan } from "@/api/queries";
import { useLimits } from "@/goals/limits";
import { useGoals } from "@/goals/store";
import { useLocale } from "@/i18n";
import { type Conflict, conflicts } from "./conflicts";
import { toRequest } from "./request";
import { roundOf } from "./round";
import { useSession } from "./store";
import { useStored } from "./stored";

/** Long enough for a slider on its way, too short to be felt. */
const SETTLED_MS = 200;

export interface Totals {
  /** False until the browser's own store is read. */
  ready: boolean;
  /** The last answer; null when there is nothing to plan, or the server refused it. */
  plan: Plan | null;
  /** The answer to the present session is under way. */
  asking: boolean;
  problem: Problem | null;
  conflicts: readonly Conflict[];
  /** Asks again after a failure. */
  retry(): void;
}

export function useTotals(): Totals {
  const stored = useStored(useSession);
  const weighed = useStored(useGoals);
  const ready = stored && weighed;
  const weight = useGoals(({ goals }) => goals.weight);
  const limits = useLimits();
  const language = useLocale();
  const { data: exercises } = useExercises();
  const session = useSession();
  const { items, setup, chosen, settle } = session;
  const found = useMemo(
    () => conflicts({ items, setup, chosen }, exercises ?? [], limits),
    [items, setup, chosen, exercises, limits],
  );
  // Before the catalogue is there, every exercise would be unknown.
  const against = exercises === undefined ? NONE : found;
  const request = useMemo(() => {
    const something = chosen !== null || items.length > 0;
    if (!ready || !something || against.length > 0) return null;
    return toRequest({ items, setup, chosen }, { weight, language, limits });
  }, [ready, items, setup, chosen, weight, language, limits, against]);
  const settled = useSettled(request, SETTLED_MS);
  const query = usePlan(settled);
  // The answer to the session as it is now, not as it was when it was asked.
  const current = settled === request && !query.isPlaceholderData ? query.data : undefined;

  useEffect(() => {
    if (current === undefined || current.seed !== chosen?.seed) return;
    const { ids, rounds } = roundOf(current);
    settle(ids, rounds);
  }, [current, chosen, settle]);

  return {
    ready,
    plan: request === null ? null : (query.data ?? null),
    asking: request !== null && (settled !== request || query.isFetching),
    problem: request === null || settled !== request ? null : query.error,
    conflicts: against,
    retry: () => void query.refetch(),
  };
}

const NONE: readonly Conflict[] = [];

/** A value once it has stayed the same for a while. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

/** A fresh seed of 32 bits. */
export const freshSeed = () => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
