"use client";

export function SessionCard() {
  return <section aria-label="SessionCard" />;
}
