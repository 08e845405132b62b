"use client";
import { usePathname } from "next/navigation";
import { useLocale } from "@/i18n";
import { Button } from "@/ui/button";

const BASE_PATH = process.env.BASE_PATH ?? "";

/** To the same page in the other language: a page of its own, so it is loaded, not switched. */
export function LanguageSwitch() {
  const locale = useLocale();
  const pathname = usePathname();
  const other = locale === "en" ? "fr" : "en";
  const english = locale === "fr" ? pathname.replace(/^\/fr(?=\/|$)/, "") || "/" : pathname;
  const change = () => {
    try {
      localStorage.setItem("locale", other);
    } catch {
      // A browser that keeps nothing still goes there, once.
    }
    const path = other === "fr" ? `/fr${english}` : english;
    window.location.assign(BASE_PATH + path + window.location.search);
  };
  return (
    <Button
      look="ghost"
      size="small"
      className="px-2 min-[24rem]:px-3"
      lang={other}
      // What is seen comes first, for those who say it to press it.
      aria-label={`${other.toUpperCase()} – ${other === "fr" ? "Français" : "English"}`}
      onClick={change}
    >
      {other.toUpperCase()}
    </Button>
  );
}
