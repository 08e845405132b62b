"use client";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useTexts } from "@/i18n";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { useHistory } from "./store";

/** Clears the history, after a question. With it this button goes, so the focus needs a new place. */
export function ForgetHistory({ onForgotten }: { onForgotten: () => void }) {
  const { plan: words, common } = useTexts();
  const { forget } = useHistory();
  const [asking, setAsking] = useState(false);
  const clear = () => {
    forget();
    // The window gives the focus back when it is gone; after that it is ours to give.
    setTimeout(onForgotten, 50);
  };
  return (
    <>
      <Button size="small" look="ghost" className="h-10" onClick={() => setAsking(true)}>
        <Trash2 aria-hidden="true" />
        {words.forget}
      </Button>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title={words.forgetTitle}
        description={words.forgetHint}
        close={common.close}
      >
        <div className="grid gap-2">
          <Button look="danger" onClick={clear}>
            {words.forgetConfirm}
          </Button>
          <Button look="ghost" onClick={() => setAsking(false)}>
            {common.cancel}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
