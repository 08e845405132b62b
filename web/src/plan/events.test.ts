import { describe, expect, it } from "vitest";
import { dayOf } from "@/history/calendar";
import { eventsOf } from "./events";
import { sampleWeek } from "./sample";

const monday = dayOf(new Date(2026, 10, 16));
const week = sampleWeek(2);
const words = {
  title: () => "Full body",
  description: () => "Plank",
  address: (token: string) => `https://coach.example/?workout=${token}`,
};

describe("events of a week", () => {
  it("are its sessions on their days", () => {
    const events = eventsOf(week, { monday, today: monday, begin: 1080 }, words);
    expect(events.map(({ day, minutes, begin }) => [day - monday, minutes, begin])).toEqual([
      [0, 20, 1080],
      [2, 20, 1080],
    ]);
    expect(events[0]).toMatchObject({
      url: "https://coach.example/?workout=abc",
      description: "Plank\n\nhttps://coach.example/?workout=abc",
    });
    expect(events[1]).toMatchObject({ url: null, description: "Plank" });
  });

  it("are not of days that are over", () => {
    const at = (today: number) => eventsOf(week, { monday, today, begin: 0 }, words).length;
    expect([at(monday), at(monday + 1), at(monday + 2), at(monday + 3)]).toEqual([2, 1, 1, 0]);
  });

  it("have names of their own that stay", () => {
    const names = (week: ReturnType<typeof sampleWeek>, monday: number) =>
      eventsOf(week, { monday, today: 0, begin: 0 }, words).map(({ uid }) => uid);
    const all = [
      ...names(week, monday),
      ...names(week, monday + 7),
      ...names({ ...week, week: 3 }, monday),
      ...names({ ...week, seed: 8 }, monday),
    ];
    expect(new Set(all).size).toBe(8);
    expect(names(week, monday)).toEqual(names(week, monday));
  });
});
