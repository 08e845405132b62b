"use client";

export function Library() {
  return <section aria-label="Library" />;
}
