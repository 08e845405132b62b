"use client";
/** How an exercise is done: the picture large, the instructions, what it trains. */
import { Plus } from "lucide-react";
import type { Exercise } from "@/api/client";
import { useLocale, useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Marks } from "./marks";
import { descriptionOf, muscleWord, nameOf, toolWord } from "./names";
import { Poster } from "./poster";

export default function ExerciseDetails(props: {
  exercise: Exercise;
  onClose: () => void;
  /** Where it can be added from; not in the session itself. */
  onAdd?: () => void;
}) {
  const { exercise, onClose, onAdd } = props;
  const texts = useTexts();
  const { common, library } = texts;
  const locale = useLocale();
  const { primary, secondary = [] } = exercise.muscles;
  const facts = [
    { label: library.trains, words: primary.map((muscle) => muscleWord(muscle, texts)) },
    { label: library.alsoTrains, words: secondary.map((muscle) => muscleWord(muscle, texts)) },
    { label: library.needs, words: exercise.equipment.map((tool) => toolWord(tool, texts)) },
  ].filter(({ words }) => words.length > 0);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={nameOf(exercise, locale)}
      close={common.close}
    >
      <Poster exercise={exercise} watched className="rounded-2xl" />
      <Marks exercise={exercise} className="text-sm" />
      <p className="leading-relaxed">{descriptionOf(exercise, locale)}</p>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 text-sm">
        {facts.map(({ label, words }) => (
          <div key={label} className="contents">
            <dt className="text-muted">{label}</dt>
            <dd>{words.join(", ")}</dd>
          </div>
        ))}
      </dl>
      {onAdd && exercise.available && (
        <Button
          look="primary"
          onClick={() => {
            onAdd();
            onClose();
          }}
        >
          <Plus aria-hidden="true" />
          {library.addToSession}
        </Button>
      )}
    </Dialog>
  );
}
