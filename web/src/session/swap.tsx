"use client";
/** Others like an exercise, the most alike first, one of which takes its place. */
import type { Exercise } from "@/api/client";
import { useLimits } from "@/goals/limits";
import { useLocale, useTexts } from "@/i18n";
import { Marks } from "@/library/marks";
import { nameOf } from "@/library/names";
import { Poster } from "@/library/poster";
import { Dialog } from "@/ui/dialog";
import { alike } from "./alike";
import { type Item, useSession } from "./store";

/** More than anybody reads through. */
const SHOWN = 6;

export default function SwapDialog(props: {
  item: Item;
  exercise: Exercise;
  all: readonly Exercise[];
  onSwapped: (exercise: Exercise) => void;
  onClose: () => void;
}) {
  const { item, exercise, all, onSwapped, onClose } = props;
  const { common, session } = useTexts();
  const locale = useLocale();
  const state = useSession();
  const limits = useLimits();
  const others = alike(exercise, all, state.items, limits).slice(0, SHOWN);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={session.swapTitle}
      description={nameOf(exercise, locale)}
      close={common.close}
    >
      {others.length === 0 ? (
        <p className="text-muted">{session.swapNone}</p>
      ) : (
        <ul className="grid gap-2">
          {others.map((other) => (
            <li key={other.id}>
              <button
                type="button"
                className="flex w-full items-center gap-4 rounded-2xl border p-2 text-left transition-colors hover:border-accent hover:bg-accent-soft"
                onClick={() => {
                  state.swap(item.key, other.id);
                  onSwapped(other);
                  onClose();
                }}
              >
                <Poster exercise={other} className="w-24 shrink-0" />
                <span className="grid gap-1">
                  <span className="font-semibold">{nameOf(other, locale)}</span>
                  <Marks exercise={other} />
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
