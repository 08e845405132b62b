/** The sessions of a planned week as events of a calendar. Pure. */
import { WEEKDAYS } from "@/goals/store";
import type { PlannedDay, PlannedWeek } from "./api";
import { tokenOf } from "./api";
import type { CalendarEvent } from "./ics";

/** What the events say, in the language of the page. */
export interface EventWords {
  title(day: PlannedDay): string;
  description(day: PlannedDay): string;
  /** Address of a workout in Train. */
  address(token: string): string;
}

/** Of the week that begins on `monday`, without the days before `today`. */
export function eventsOf(
  week: PlannedWeek,
  when: { monday: number; today: number; begin: number },
  words: EventWords,
): CalendarEvent[] {
  const { monday, today, begin } = when;
  return week.days.flatMap((planned) => {
    const day = monday + WEEKDAYS.indexOf(planned.weekday);
    const { session } = planned;
    if (session === null || day < today) return [];
    const token = tokenOf(session);
    const url = token === null ? null : words.address(token);
    const description = words.description(planned);
    return [
      {
        uid: `${week.seed}-${week.week}-${planned.weekday}-${day}@virtual-coach`,
        day,
        begin,
        minutes: Math.round(session.duration / 60),
        summary: words.title(planned),
        // Calendars that show no address of an event show it here.
        description: url === null ? description : `${description}\n\n${url}`,
        url,
      },
    ];
  });
}
