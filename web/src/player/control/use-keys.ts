"use client";
import { useEffect } from "react";
import type { Command } from "../keys";
import { commandOf, focusOf } from "../keys";
import { useSettings } from "../settings";

/** Keys anywhere on the page, but where they mean something else. */
export function useKeys(stage: HTMLElement | null, obey: (command: Command) => void) {
  const { keys } = useSettings();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector("[role=dialog], [role=alertdialog]")) {
        return;
      }
      const command = commandOf(event, focusOf(event.target, stage));
      if (command === null) return;
      // Whoever speaks to the computer can switch keys of one character off; the sheet tells how.
      if (!keys && event.key.length === 1 && event.key !== " ") return;
      event.preventDefault();
      obey(command);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [stage, obey, keys]);
}
