"use client";
import { useCallback, useEffect, useState } from "react";
import { useTexts } from "@/i18n";
import { linkTo, share } from "../share";

export interface Sharing {
  share: () => void;
  /** What to say about it, for a moment. */
  told: "copied" | "failed" | null;
  link: string;
}

const MOMENT = 4000;

export function useShare(token: string): Sharing {
  const { player } = useTexts();
  const [told, setTold] = useState<Sharing["told"]>(null);
  const link = typeof window === "undefined" ? "" : linkTo(token, window.location);
  const start = useCallback(() => {
    setTold(null);
    void share(link, player.shareText).then((how) => {
      if (how === "copied" || how === "failed") setTold(how);
    });
  }, [link, player]);
  useEffect(() => {
    // A link that one has to copy by hand stays.
    if (told !== "copied") return;
    const timer = setTimeout(() => setTold(null), MOMENT);
    return () => clearTimeout(timer);
  }, [told]);
  return { share: start, told, link };
}
