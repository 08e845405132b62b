import { describe, expect, it } from "vitest";
import { dayOf } from "@/history/calendar";
import { type CalendarEvent, calendarFile } from "./ics";

const event = (change: Partial<CalendarEvent> = {}): CalendarEvent => ({
  uid: "7-1-monday-20261116@coach.example",
  day: dayOf(new Date(2026, 10, 16)),
  begin: 18 * 60,
  minutes: 20,
  summary: "Full body",
  description: "Plank",
  url: "https://coach.example/?workout=abc",
  ...change,
});
const stamp = new Date("2026-11-14T09:30:15.250Z");
const octets = (text: string) => new TextEncoder().encode(text).length;
const unfolded = (file: string) => file.replaceAll("\r\n ", "").split("\r\n");

describe("a calendar file", () => {
  it("is one event a session, with times that have no zone", () => {
    expect(calendarFile([event()], stamp)).toBe(
      [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Virtual Coach//Plan//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        "UID:7-1-monday-20261116@coach.example",
        "DTSTAMP:20261114T093015Z",
        "DTSTART:20261116T180000",
        "DTEND:20261116T182000",
        "SUMMARY:Full body",
        "DESCRIPTION:Plank",
        "URL:https://coach.example/?workout=abc",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
      ].join("\r\n"),
    );
  });

  it("goes over midnight and the end of a month", () => {
    const day = dayOf(new Date(2026, 10, 30));
    const lines = unfolded(calendarFile([event({ day, begin: 23 * 60 + 50 })], stamp));
    expect(lines).toContain("DTSTART:20261130T235000");
    expect(lines).toContain("DTEND:20261201T001000");
  });

  it("escapes what has a meaning of its own", () => {
    const description = "Plank, push-ups; 3 rounds\nC:\\ \r\nlast";
    const lines = unfolded(calendarFile([event({ description })], stamp));
    expect(lines).toContain("DESCRIPTION:Plank\\, push-ups\\; 3 rounds\\nC:\\\\ \\nlast");
  });

  it("leaves out a link that there is not", () => {
    expect(calendarFile([event({ url: null })], stamp)).not.toContain("URL");
  });

  it("folds French at 75 octets without cutting a character", () => {
    // Shifted by one octet each time, so that every kind of character comes to lie on the fold.
    for (let shift = 0; shift < 80; shift += 1) {
      const description = `${"x".repeat(shift)}${"Élévation latérale, « gainage » : 🏋️ l’après-midi. ".repeat(6)}`;
      const file = calendarFile([event({ description })], stamp);
      for (const line of file.split("\r\n")) expect(octets(line)).toBeLessThanOrEqual(75);
      expect(file).not.toContain("\uFFFD");
      expect(new TextDecoder().decode(new TextEncoder().encode(file))).toBe(file);
      expect(unfolded(file)).toContain(`DESCRIPTION:${description.replaceAll(",", "\\,")}`);
    }
  });

  it("folds a line of 76 octets and not one of 75", () => {
    const line = (length: number) => "x".repeat(length - "SUMMARY:".length);
    expect(calendarFile([event({ summary: line(75) })], stamp)).toContain(line(75));
    const folded = calendarFile([event({ summary: line(76) })], stamp);
    expect(folded).toContain(`SUMMARY:${line(75)}\r\n x\r\n`);
  });
});
