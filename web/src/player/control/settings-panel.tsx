"use client";
/** Speed, captions, voice, picture in picture: what a small picture has no room for, and the rest. */
import { Keyboard, PictureInPicture2 } from "lucide-react";
import { Switch } from "radix-ui";
import { type ReactNode, useId } from "react";
import { useTexts } from "@/i18n";
import { SPEEDS } from "../keys";
import { useSettings } from "../settings";
import { canSpeak } from "../use-voice";
import type { Actions } from "./use-actions";

export function SettingsPanel(props: { id: string; speed: number; actions: Actions }) {
  const { id, speed, actions } = props;
  const { player } = useTexts();
  const { captions, voice, set } = useSettings();
  const speedId = useId();
  const speaks = canSpeak();
  return (
    <fieldset
      id={id}
      aria-label={player.settings}
      className="absolute right-2 bottom-2 z-20 max-h-[calc(56cqi-1rem)] @min-[40rem]/stage:bottom-[5.25rem] @min-[40rem]/stage:max-h-[calc(56cqi-6rem)] w-60 overflow-y-auto rounded-2xl bg-black/90 p-2 text-sm shadow-xl"
    >
      <div className="flex min-h-10 items-center justify-between gap-3 px-2">
        <label htmlFor={speedId}>{player.speed}</label>
        <select
          id={speedId}
          value={speed}
          onChange={(event) => actions.setSpeed(Number(event.currentTarget.value))}
          className="h-9 rounded-lg bg-white/15 px-2 font-semibold focus-visible:outline-white"
        >
          {SPEEDS.map((times) => (
            <option key={times} value={times} className="text-black">
              {player.times(times)}
            </option>
          ))}
        </select>
      </div>
      <Toggle
        label={player.captions}
        checked={captions}
        onChange={(captions) => set({ captions })}
      />
      <Toggle
        label={player.voice}
        hint={speaks ? player.voiceHint : player.noVoice}
        checked={voice && speaks}
        disabled={!speaks}
        onChange={(voice) => set({ voice })}
      />
      {actions.hasPictureInPicture && (
        <Row icon={<PictureInPicture2 />} onClick={actions.pictureInPicture}>
          {player.pictureInPicture}
        </Row>
      )}
      <Row icon={<Keyboard />} onClick={actions.help} className="pointer-coarse:hidden">
        {player.helpTitle}
      </Row>
    </fieldset>
  );
}

function Toggle(props: {
  label: string;
  hint?: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="flex min-h-10 items-center justify-between gap-3 px-2 py-1">
      <label htmlFor={id} className="grid">
        {props.label}
        {props.hint && <span className="text-white/75 text-xs">{props.hint}</span>}
      </label>
      <Switch.Root
        id={id}
        checked={props.checked}
        disabled={props.disabled ?? false}
        onCheckedChange={props.onChange}
        className="h-6 w-11 shrink-0 rounded-full bg-white/30 p-0.5 transition-colors focus-visible:outline-white disabled:opacity-40 data-[state=checked]:bg-move"
      >
        <Switch.Thumb className="block size-5 rounded-full bg-white transition-transform data-[state=checked]:translate-x-5" />
      </Switch.Root>
    </div>
  );
}

function Row(props: {
  icon: ReactNode;
  onClick: () => void;
  children: ReactNode;
  className?: string;
}) {
  return (
    <button
      type="button"
      onClick={props.onClick}
      className={`flex min-h-10 w-full items-center justify-between gap-3 rounded-xl px-2 text-left hover:bg-white/15 focus-visible:outline-white [&_svg]:size-5 ${props.className ?? ""}`}
    >
      {props.children}
      {props.icon}
    </button>
  );
}
