"use client";
/** The row of controls at the foot of the picture. */
import {
  Captions,
  CaptionsOff,
  Maximize,
  Minimize,
  Pause,
  Play,
  Settings2,
  SkipBack,
  SkipForward,
} from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import type { Timeline } from "@/api/client";
import { useTexts } from "@/i18n";
import { style } from "@/ui/style";
import type { Clock } from "../clock";
import { useSettings } from "../settings";
import { ControlButton } from "./control-button";
import { SettingsPanel } from "./settings-panel";
import { Time } from "./time";
import type { Actions } from "./use-actions";
import { Volume } from "./volume";

interface Props {
  clock: Clock;
  timeline: Timeline;
  actions: Actions;
  playing: boolean;
  speed: number;
  fullscreen: boolean;
  /** Seen; hidden ones can still be focused, which brings them back. */
  shown: boolean;
  /** While its panel is open they stay. */
  onHold: (held: boolean) => void;
}

export function Controls(props: Props) {
  const { clock, timeline, actions, playing, speed, fullscreen, shown, onHold } = props;
  const { player } = useTexts();
  const { captions } = useSettings();
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const row = useRef<HTMLFieldSetElement>(null);
  const panel = useId();

  useEffect(() => onHold(open), [open, onHold]);
  useEffect(() => {
    if (!open) return;
    const leave = (event: Event) => {
      if (!row.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", leave);
    return () => document.removeEventListener("pointerdown", leave);
  }, [open]);

  return (
    <fieldset
      ref={row}
      aria-label={player.controls}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        setOpen(false);
        opener.current?.focus();
      }}
      className={style(
        "flex items-center px-1 pb-0.5 transition-opacity duration-200 @min-[40rem]/stage:px-2.5",
        !shown && "pointer-events-none opacity-0",
      )}
    >
      <ControlButton label={playing ? player.pause : player.play} onClick={actions.toggle}>
        {playing ? <Pause className="fill-current" /> : <Play className="fill-current" />}
      </ControlButton>
      <ControlButton label={player.previousInterval} onClick={actions.previous}>
        <SkipBack />
      </ControlButton>
      <ControlButton label={player.nextInterval} onClick={actions.next}>
        <SkipForward />
      </ControlButton>
      <Volume onMute={actions.mute} />
      <Time clock={clock} timeline={timeline} />
      <span className="grow" />
      {speed !== 1 && (
        <span className="px-1.5 font-semibold text-sm @max-[30rem]/stage:hidden">
          {player.times(speed)}
        </span>
      )}
      <ControlButton
        label={player.captions}
        aria-pressed={captions}
        onClick={actions.captions}
        className="@max-[30rem]/stage:hidden"
      >
        {captions ? <Captions /> : <CaptionsOff />}
      </ControlButton>
      <ControlButton
        ref={opener}
        label={player.settings}
        aria-expanded={open}
        aria-controls={panel}
        onClick={() => setOpen(!open)}
      >
        <Settings2 />
      </ControlButton>
      <ControlButton
        label={fullscreen ? player.leaveFullscreen : player.fullscreen}
        onClick={actions.fullscreen}
      >
        {fullscreen ? <Minimize /> : <Maximize />}
      </ControlButton>
      {open && <SettingsPanel id={panel} speed={speed} actions={actions} />}
    </fieldset>
  );
}
