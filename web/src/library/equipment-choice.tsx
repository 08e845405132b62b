"use client";
/** Choosing from the equipment that the catalogue's exercises need: for goals, and for a session. */
import { useExercises } from "@/api/queries";
import { useTexts } from "@/i18n";
import { ChooseSome } from "@/ui/controls";
import { Skeleton } from "@/ui/surface";
import { toolWord } from "./names";

/** What the catalogue's exercises need, to choose from; and what was chosen before, if that is gone. */
export function EquipmentChoice(props: {
  chosen: readonly string[];
  onChange: (equipment: string[]) => void;
}) {
  const { chosen, onChange } = props;
  const texts = useTexts();
  const { library: words } = texts;
  const { data: exercises, isPending } = useExercises();
  if (isPending) return <Skeleton className="h-[3.75rem]" />;
  const needed = (exercises ?? []).flatMap(({ equipment }) => equipment);
  const names = [...new Set([...needed, ...chosen])].sort();
  if (names.length === 0 && exercises) {
    return (
      <div className="grid min-h-[3.75rem] content-start gap-2 text-sm">
        <span className="font-medium">{words.atHand}</span>
        <p className="text-muted">{words.noneNeeded}</p>
      </div>
    );
  }
  // Without an answer of the server there is nothing to ask: what was chosen is kept.
  if (names.length === 0) return null;
  return (
    <ChooseSome
      label={words.atHand}
      values={chosen}
      choices={names.map((value) => ({ value, label: toolWord(value, texts) }))}
      onChange={onChange}
    />
  );
}
