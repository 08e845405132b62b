import { renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, it, vi } from "vitest";
import { useExercises } from "@/api/queries";
import { LocaleProvider } from "@/i18n";
import type { Locale } from "@/i18n/texts";
import { exercise } from "@/library/exercise.fixture";
import { useNames } from "./words";

vi.mock("@/api/queries", { spy: true });

const pushUps = exercise("push-ups", {
  name: "Push-ups",
  translations: { fr: { name: "Pompes", description: "Fléchissez les bras." } },
});
const skater = exercise("skater", { name: "Skater" });

function namesIn(locale: Locale, data: unknown) {
  vi.mocked(useExercises).mockReturnValue({ data } as ReturnType<typeof useExercises>);
  const wrapper = ({ children }: { children: ReactNode }) => (
    <LocaleProvider locale={locale}>{children}</LocaleProvider>
  );
  return renderHook(() => useNames(), { wrapper }).result.current;
}

it("calls exercises what the page calls them, in whatever language the workout was made", () => {
  const french = namesIn("fr", [pushUps, skater]);
  expect(french("push-ups", "Push-ups")).toBe("Pompes");
  expect(french("skater", "Skater")).toBe("Skater");
  const english = namesIn("en", [pushUps, skater]);
  expect(english("push-ups", "Pompes")).toBe("Push-ups");
});

it("says what the timeline says of an exercise that the catalogue does not have, or not yet", () => {
  expect(namesIn("en", [skater])("push-ups", "Pompes")).toBe("Pompes");
  expect(namesIn("fr", undefined)("push-ups", "Push-ups")).toBe("Push-ups");
});
