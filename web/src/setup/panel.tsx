"use client";

export function SetupPanel() {
  return <section aria-label="SetupPanel" />;
}
