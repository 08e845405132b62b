"use client";
import { WifiOff } from "lucide-react";

/** A sentence at the top of the picture that does not stop it. */
export function Notice({ words }: { words: string }) {
  return (
    <p
      role="status"
      className="absolute top-[clamp(0.5rem,2cqi,1.5rem)] left-1/2 z-10 flex w-max max-w-[92%] -translate-x-1/2 items-center gap-2 rounded-full bg-black/85 px-4 py-2 font-medium text-[clamp(0.75rem,1.6cqi,0.95rem)] leading-tight"
    >
      <WifiOff aria-hidden="true" className="size-4 shrink-0 text-wait" />
      {words}
    </p>
  );
}
