import { expect, it } from "vitest";
import type { Note } from "@/api/client";
import { textsOf } from "@/i18n/texts";
import { components } from "../../openapi.json";
import { noteInWords } from "./notes";

/** What the page never sends, or sends only where it counts. */
const LEFT = ["ignored_field", "ignored_fields", "duration_not_used", "levels_not_used"];
const codes = components.schemas.NoteCode.enum as Note["code"][];

const words = (code: Note["code"], values: Note["values"], locale: "en" | "fr") =>
  noteInWords({ code, values, text: "the server's" }, textsOf(locale));

it.each(codes.filter((code) => !LEFT.includes(code)))("%s has words in both languages", (code) => {
  const values = { longer: 12.6, duration: 1200 };
  const [en, fr] = [words(code, values, "en"), words(code, values, "fr")];
  expect(en).toMatch(/\.$/);
  expect(fr).toMatch(/\.$/);
  expect(fr).not.toBe(en);
});

it.each(LEFT as Note["code"][])("%s is left to the server's sentence", (code) => {
  expect(codes).toContain(code);
  expect(words(code, { field: "/sped", takes: 108 }, "fr")).toBeNull();
});

it("rounds to whole seconds", () => {
  expect(words("longer_round_rests", { longer: 12.6, duration: 1200 }, "fr")).toBe(
    "Les pauses entre les tours durent 13 s de plus, pour que la durée soit exacte.",
  );
});

it("is the server's where the code is new or a value is missing", () => {
  expect(words("full_moon" as Note["code"], {}, "fr")).toBeNull();
  expect(words("longer_get_ready", {}, "fr")).toBeNull();
});
