"use client";
/** The workout's link as a code for a phone's camera. */
import qrcode from "qrcode-generator";
import { useMemo } from "react";
import { useTexts } from "@/i18n";
import { Dialog } from "@/ui/dialog";
import { LoopbackNote } from "@/ui/loopback-note";
import { linkTo } from "../share";

interface Props {
  token: string;
  onOpenChange: (open: boolean) => void;
  container: HTMLElement | null;
}

export function Phone({ token, onOpenChange, container }: Props) {
  const { player, common } = useTexts();
  const link = linkTo(token, window.location);
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title={player.phoneTitle}
      description={player.phoneAdvice}
      close={common.close}
      container={document.fullscreenElement === container ? container : null}
    >
      <Code text={link} label={player.phoneCode} />
      <LoopbackNote />
    </Dialog>
  );
}

/** Black on white in either theme, with the quiet zone that cameras need. */
function Code({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => drawn(text), [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`-4 -4 ${size + 8} ${size + 8}`}
      className="mx-auto aspect-square w-full max-w-72 rounded-2xl bg-white"
      shapeRendering="crispEdges"
    >
      <path d={path} fill="black" />
    </svg>
  );
}

function drawn(text: string): { size: number; path: string } {
  // The least correction: a link may be long, and a screen is clean.
  const code = qrcode(0, "L");
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  let path = "";
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      if (code.isDark(row, column)) path += `M${column} ${row}h1v1h-1z`;
    }
  }
  return { size, path };
}
