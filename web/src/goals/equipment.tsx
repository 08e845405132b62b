"use client";
import { useExercises } from "@/api/queries";
import { useTexts } from "@/i18n";
import { ChooseSome } from "@/ui/controls";
import { Skeleton } from "@/ui/surface";

/** What the catalogue's exercises need, to choose from; and what was chosen before, if that is gone. */
export function EquipmentChoice(props: {
  chosen: readonly string[];
  onChange: (equipment: string[]) => void;
}) {
  const { chosen, onChange } = props;
  const { goals: words } = useTexts();
  const { data: exercises, isPending } = useExercises();
  if (isPending) return <Skeleton className="h-[3.75rem]" />;
  const needed = (exercises ?? []).flatMap(({ equipment }) => equipment);
  const names = [...new Set([...needed, ...chosen])].sort();
  if (names.length === 0 && exercises) {
    return (
      <div className="grid min-h-[3.75rem] content-start gap-2 text-sm">
        <span className="font-medium">{words.equipment}</span>
        <p className="text-muted">{words.noEquipment}</p>
      </div>
    );
  }
  // Without an answer of the server there is nothing to ask: goals are kept, and asked again later.
  if (names.length === 0) return null;
  const known: Readonly<Record<string, string>> = words.equipmentNames;
  return (
    <ChooseSome
      label={words.equipment}
      values={chosen}
      choices={names.map((value) => ({ value, label: known[value] ?? value }))}
      onChange={onChange}
    />
  );
}
