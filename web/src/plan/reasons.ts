/** The server's reasons in the language of the page. Pure. */
import type { Texts } from "@/i18n/types";
import type { MuscleGroup, PlannedWeek, Reason } from "./api";

/** The sentence of a reason; of one that is newer than this page, the server's own. */
export function reasonWords(reason: Reason, texts: Texts, locale: string): string {
  const { reasons, weekdays } = texts.plan;
  const { values } = reason;
  const day = values.previous === undefined ? undefined : weekdays[values.previous];
  const muscles = listed(values.muscle_groups ?? [], texts, locale);
  const { work, rest, work_before: workBefore, rest_before: restBefore } = values;
  switch (reason.code) {
    case "rest_day":
    case "chosen_day":
    case "whole_body":
    case "gentle_moves":
    case "faster":
    case "no_warm_up":
    case "no_cool_down":
      return reasons[reason.code];
    case "after_rest":
      return values.days === undefined ? reason.text : reasons.after_rest(values.days);
    case "other_muscles":
      return day === undefined ? reason.text : reasons.other_muscles(day, muscles);
    case "after_easy_day":
    case "recovery":
      return day === undefined ? reason.text : reasons[reason.code](day);
    case "split":
      return reasons.split(muscles);
    case "for_goal":
      return values.goal === undefined ? reason.text : reasons.for_goal[values.goal];
    case "first_week":
      return work === undefined || rest === undefined
        ? reason.text
        : reasons.first_week(work, rest);
    case "more_work":
      return work === undefined ||
        workBefore === undefined ||
        rest === undefined ||
        restBefore === undefined
        ? reason.text
        : reasons.more_work(work, workBefore, rest, restBefore);
    default:
      return reason.text;
  }
}

function listed(groups: readonly MuscleGroup[], texts: Texts, locale: string): string {
  const names = groups.map((group) => texts.plan.groupsIn[group]);
  return new Intl.ListFormat(locale, { type: "conjunction" }).format(names);
}

/**
 * What a week does to its sessions alike, to be said once for all of them. Easy sessions have times
 * of their own, and keep saying them.
 */
export function sharedReasons(week: PlannedWeek): Reason[] {
  const trained = week.days.filter(({ session }) => session !== null);
  const hard = trained.filter(({ session }) => session?.easy === false);
  const [first, ...others] = hard.length > 0 ? hard : trained;
  return (first?.reasons ?? []).filter(
    (reason) =>
      PROGRESS.includes(reason.code) && others.every(({ reasons }) => says(reasons, reason)),
  );
}

/** Those that are not said already. */
export function unsaid(reasons: readonly Reason[], said: readonly Reason[]): Reason[] {
  return reasons.filter((reason) => !says(said, reason));
}

const PROGRESS: readonly string[] = ["first_week", "more_work", "faster"];
const says = (reasons: readonly Reason[], { code, text }: Reason) =>
  reasons.some((reason) => reason.code === code && reason.text === text);
