"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Problem } from "@/api/problem";
import { type PlannedWeek, planWeek, type WeekRequest } from "./api";

/** A week is what its request says, for ever; the last one stays while the next is under way. */
export function useWeek(request: WeekRequest) {
  return useQuery<PlannedWeek, Problem>({
    queryKey: ["week-plan", request],
    queryFn: ({ signal }) => planWeek(request, signal),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
