import { DEFAULT_GOALS, type Goals, WEEKDAYS } from "@/goals/store";
import { Skeleton } from "@/ui/surface";

/** Seven days of about the size that they will have: sessions lie where the server puts them. */
export function WaitingDays({ goals = DEFAULT_GOALS }: { goals?: Goals }) {
  const { days, weekdays } = goals;
  const spread = Array.from({ length: days }, (_, i) => WEEKDAYS[Math.floor((i * 7) / days)]);
  const trained = weekdays.length > 0 ? weekdays : spread;
  return (
    <div className="grid gap-3">
      {WEEKDAYS.map((day) => (
        <Skeleton
          key={day}
          className={
            trained.includes(day) ? "h-[34rem] rounded-3xl sm:h-[22.5rem]" : "h-16 rounded-3xl"
          }
        />
      ))}
    </div>
  );
}
