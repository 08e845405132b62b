"use client";
import { Monitor, Moon, Sun } from "lucide-react";
import { useEffect, useState } from "react";
import { useTexts } from "@/i18n";
import { IconButton } from "@/ui/button";

type Theme = "system" | "light" | "dark";
const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const ICONS = { system: Monitor, light: Sun, dark: Moon };

function stored(): Theme {
  try {
    const theme = localStorage.getItem("theme");
    return theme === "light" || theme === "dark" ? theme : "system";
  } catch {
    return "system";
  }
}

/** One button through three states; the early script of the document reads the same key. */
export function ThemeSwitch() {
  const { frame } = useTexts();
  const [theme, setTheme] = useState<Theme>("system");
  useEffect(() => setTheme(stored()), []);
  useEffect(() => {
    const system = matchMedia("(prefers-color-scheme: dark)");
    const show = () => {
      const dark = theme === "dark" || (theme === "system" && system.matches);
      document.documentElement.dataset.theme = dark ? "dark" : "light";
    };
    // Not on the first pass, where `theme` is not read yet and the early script has done it.
    if (theme === stored()) show();
    system.addEventListener("change", show);
    return () => system.removeEventListener("change", show);
  }, [theme]);
  const change = () => {
    const next = NEXT[theme];
    try {
      if (next === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", next);
    } catch {
      return; // A browser that keeps nothing follows the system.
    }
    setTheme(next);
  };
  const Icon = ICONS[theme];
  return (
    <IconButton label={`${frame.theme}: ${frame[theme]}`} size="icon-small" onClick={change}>
      <Icon />
    </IconButton>
  );
}
