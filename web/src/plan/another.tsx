"use client";
/** Before another plan takes the place of this one and its ticks. */
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { usePlanned } from "./store";

export function AnotherPlan({ onOpenChange }: { onOpenChange: (open: boolean) => void }) {
  const { plan: words, common } = useTexts();
  const { another, again } = usePlanned();
  const choose = (begin: () => void) => {
    begin();
    onOpenChange(false);
  };
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title={words.anotherTitle}
      description={words.anotherHint}
      close={common.close}
    >
      <div className="grid gap-2">
        <Button look="primary" onClick={() => choose(another)}>
          {words.another}
        </Button>
        <Button onClick={() => choose(again)}>{words.again}</Button>
        <Button look="ghost" onClick={() => onOpenChange(false)}>
          {common.cancel}
        </Button>
      </div>
    </Dialog>
  );
}
