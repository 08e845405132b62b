"use client";

export function GoalsPage() {
  return <section aria-label="GoalsPage" />;
}
