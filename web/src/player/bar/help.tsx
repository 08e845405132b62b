"use client";
import { useTexts } from "@/i18n";
import { Switch } from "@/ui/controls";
import { Dialog } from "@/ui/dialog";
import { useSettings } from "../settings";

interface Props {
  onOpenChange: (open: boolean) => void;
  container: HTMLElement | null;
}

export function Help({ onOpenChange, container }: Props) {
  const { player, common } = useTexts();
  const { keys, set } = useSettings();
  const { help } = player;
  const rows: [string[], string][] = [
    [[player.space, "k"], help.toggle],
    [["←", "→"], help.arrows],
    [["j", "l"], help.skip],
    [["n", "p"], help.intervals],
    [["↑", "↓"], help.volume],
    [["m"], help.mute],
    [["f"], help.fullscreen],
    [["c"], help.captions],
    [["i"], help.picture],
    [["<", ">"], help.speed],
    [["0", "…", "9"], help.tenths],
    [["?"], help.help],
  ];
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title={player.helpTitle}
      close={common.close}
      container={document.fullscreenElement === container ? container : null}
    >
      <dl className="grid gap-1.5 text-sm">
        {rows.map(([keys, does]) => (
          <div key={does} className="flex min-h-8 items-center justify-between gap-4">
            <dt className="order-last flex gap-1">
              {keys.map((key) => (
                <kbd
                  key={key}
                  className="grid h-7 min-w-7 place-items-center rounded-md border bg-raised px-2 font-sans font-semibold text-xs"
                >
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <div className="border-t pt-3">
        <Switch
          label={player.keys}
          hint={player.keysHint}
          checked={keys}
          onChange={(keys) => set({ keys })}
        />
      </div>
    </Dialog>
  );
}
