import { expect, it } from "vitest";
import { textsOf } from "@/i18n/texts";
import { noteInWords } from "./notes";

const french = textsOf("fr");

it("says the expected notes of the server in the page's words", () => {
  const note = "round rests are 12.6 s longer, so that the whole takes 1200 s";
  expect(noteInWords(note, french)).toBe(french.session.notes.longerRoundRests(13));
  const both = "no warm-up and no cool-down: there is no room in 60 s";
  expect(noteInWords(both, french)).toBe(french.session.notes.noRoomForBoth);
});

it("has no words for others", () => {
  expect(noteInWords("ignored: /config/speeed", french)).toBeNull();
});
