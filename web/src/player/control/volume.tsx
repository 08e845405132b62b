"use client";
import { Volume1, Volume2, VolumeX } from "lucide-react";
import { useTexts } from "@/i18n";
import { useSettings } from "../settings";
import { ControlButton } from "./control-button";

/** Mute, and where there is room a slider; phones have keys of their own for loudness. */
export function Volume({ onMute }: { onMute: () => void }) {
  const { player } = useTexts();
  const { volume, muted, set } = useSettings();
  const silent = muted || volume === 0;
  const percent = Math.round((silent ? 0 : volume) * 100);
  const Icon = silent ? VolumeX : volume < 0.5 ? Volume1 : Volume2;
  return (
    <div className="group/volume flex items-center">
      <ControlButton label={silent ? player.unmute : player.mute} onClick={onMute}>
        <Icon />
      </ControlButton>
      <input
        type="range"
        aria-label={player.volume}
        aria-valuetext={player.percent(percent)}
        // In per cent, because some screen readers say the number and not its words.
        min={0}
        max={100}
        step={5}
        value={percent}
        onChange={(event) => {
          const next = Number(event.currentTarget.value) / 100;
          set({ volume: next, muted: next === 0 });
        }}
        className="hidden h-10 w-20 cursor-pointer accent-white @min-[44rem]/stage:block"
      />
    </div>
  );
}
