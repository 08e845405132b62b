"use client";
/** What the page asks the server for, kept and asked again by react-query. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, body, type WorkoutRequest } from "./client";
import type { Problem } from "./problem";

/** All exercises. They change only when the server starts again. */
export function useExercises() {
  return useQuery<Awaited<ReturnType<typeof exercises>>, Problem>({
    queryKey: ["exercises"],
    queryFn: exercises,
    staleTime: 10 * 60_000,
  });
}

const exercises = () => body(api.GET("/api/exercises"));

/** What a request would come to. The last answer stays while the next is under way. */
export function usePlan(request: WorkoutRequest | null) {
  return useQuery<Awaited<ReturnType<typeof plan>>, Problem>({
    queryKey: ["plan", request],
    queryFn: ({ signal }) => plan(request as WorkoutRequest, signal),
    enabled: request !== null,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

const plan = (request: WorkoutRequest, signal: AbortSignal) =>
  body(api.POST("/api/plan", { body: request, signal }));
