"use client";

export function PlanPage() {
  return <section aria-label="PlanPage" />;
}
