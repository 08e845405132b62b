"use client";
/** Said wherever a link to this page leaves this computer: as a code, in a file, by a message. */
import { TriangleAlert } from "lucide-react";
import { useTexts } from "@/i18n";
import { isLoopback } from "@/player/share";

export function LoopbackNote() {
  const { common } = useTexts();
  if (!isLoopback(window.location.hostname)) return null;
  return (
    <p className="flex gap-3 rounded-2xl bg-rest-soft p-4 text-sm">
      <TriangleAlert aria-hidden="true" className="size-5 shrink-0 text-rest" />
      {common.loopback}
    </p>
  );
}
