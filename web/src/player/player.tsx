"use client";

export function Player() {
  return <section aria-label="Player" />;
}
