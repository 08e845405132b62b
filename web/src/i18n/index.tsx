"use client";
/**
 * Which language a component speaks. A page is exported once per language (`/` and `/fr/`), so no
 * text changes after the first paint.
 */
import { createContext, type ReactNode, useContext } from "react";
import { type Locale, textsOf } from "./texts";
import type { Texts } from "./types";

const LocaleContext = createContext<Locale>("en");

export function LocaleProvider({ locale, children }: { locale: Locale; children: ReactNode }) {
  return <LocaleContext value={locale}>{children}</LocaleContext>;
}

export function useLocale(): Locale {
  return useContext(LocaleContext);
}

export function useTexts(): Texts {
  return textsOf(useLocale());
}
