/**
 * A calendar file (RFC 5545) of planned sessions, made in the browser. Pure.
 *
 * Times are floating (no zone): a session at six is at six wherever one is. Text is escaped
 * (3.3.11), lines end with CRLF and are folded at 75 octets (3.1), never inside a character.
 */
import { dateOf } from "@/history/calendar";

export interface CalendarEvent {
  /** Equal for the same session on the same day: who imports it again has it once. */
  uid: string;
  /** Day number. */
  day: number;
  /** Minutes after midnight. */
  begin: number;
  minutes: number;
  summary: string;
  description: string;
  url: string | null;
}

/** `stamp`: when the file was made. */
export function calendarFile(events: readonly CalendarEvent[], stamp: Date): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Virtual Coach//Plan//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    ...events.flatMap((event) => eventLines(event, stamp)),
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join("");
}

function eventLines(event: CalendarEvent, stamp: Date): string[] {
  const { uid, day, begin, minutes, summary, description, url } = event;
  return [
    "BEGIN:VEVENT",
    `UID:${escaped(uid)}`,
    `DTSTAMP:${basic(stamp)}Z`,
    `DTSTART:${floating(day, begin)}`,
    `DTEND:${floating(day, begin + minutes)}`,
    `SUMMARY:${escaped(summary)}`,
    `DESCRIPTION:${escaped(description)}`,
    ...(url === null ? [] : [`URL:${url}`]),
    "END:VEVENT",
  ];
}

/** May be past midnight: then it is on the next day. */
function floating(day: number, minutes: number): string {
  return basic(new Date(dateOf(day).getTime() + minutes * 60_000));
}

/** `20261116T180000` */
function basic(moment: Date): string {
  return moment.toISOString().slice(0, 19).replace(/[-:]/g, "");
}

function escaped(text: string): string {
  return text.replace(/[\\;,]/g, "\\$&").replace(/\r\n|\r|\n/g, "\\n");
}

const OCTETS = 75;

function fold(line: string): string {
  const octets = new TextEncoder();
  const parts = [""];
  let room = OCTETS;
  // By characters, not by UTF-16 units: an emoji is not cut in two.
  for (const character of line) {
    const { length } = octets.encode(character);
    if (length > room) {
      parts.push("");
      room = OCTETS - 1; // the blank that continues a line counts
    }
    parts[parts.length - 1] += character;
    room -= length;
  }
  return parts.join("\r\n ");
}
