"use client";
/** The small words beside an exercise: how hard, whether it jumps, whether each side has its turn. */
import { ArrowUpFromLine, FlipHorizontal2 } from "lucide-react";
import type { Difficulty, Exercise } from "@/api/client";
import { useTexts } from "@/i18n";
import { style } from "@/ui/style";

const GRADES: Record<Difficulty, number> = { easy: 1, medium: 2, hard: 3 };

export function Marks(props: {
  exercise: Exercise;
  /** On a phone, signs in place of words where a sign says enough. */
  brief?: boolean;
  className?: string;
}) {
  const { exercise, brief = false, className } = props;
  const word = brief ? "max-sm:sr-only" : undefined;
  const { common, library } = useTexts();
  return (
    <span
      data-testid="marks"
      className={style(
        "flex flex-wrap items-center gap-x-2.5 gap-y-1 font-medium text-muted text-xs [&_svg]:size-3.5",
        className,
      )}
    >
      <span className="inline-flex items-center gap-1.5">
        <Grade of={exercise.difficulty} />
        {common[exercise.difficulty]}
      </span>
      {exercise.has_jump && (
        <span className="inline-flex items-center gap-1">
          <ArrowUpFromLine aria-hidden="true" />
          <span className={word}>{library.jump}</span>
        </span>
      )}
      {exercise.sides === "per_side" && (
        <span className="inline-flex items-center gap-1">
          <FlipHorizontal2 aria-hidden="true" />
          <span className={word}>{library.perSide}</span>
        </span>
      )}
    </span>
  );
}

/** One to three bars; the word beside it says the same. */
function Grade({ of }: { of: Difficulty }) {
  return (
    <span aria-hidden="true" className="inline-flex items-end gap-0.5">
      {[1, 2, 3].map((n) => (
        <span
          key={n}
          className={style(
            "w-1 rounded-full",
            n <= GRADES[of] ? "bg-accent" : "bg-line",
            ["h-1.5", "h-2", "h-2.5"][n - 1],
          )}
        />
      ))}
    </span>
  );
}
