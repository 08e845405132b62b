"use client";
import type { Intensity } from "@/api/client";
import { useTexts } from "@/i18n";
import { useSession } from "@/session/store";
import { Choose } from "@/ui/controls";

const INTENSITIES: readonly Intensity[] = ["low_impact", "medium_intensity", "high_intensity"];

/** How fast the work is; on both ways to set a session up. */
export function IntensityChoice() {
  const { setup: texts } = useTexts();
  const intensity = useSession(({ setup }) => setup.intensity);
  const configure = useSession((session) => session.configure);
  return (
    <div className="grid gap-2">
      <Choose
        label={texts.intensity}
        value={intensity}
        choices={INTENSITIES.map((value) => ({ value, label: texts[value] }))}
        onChange={(next) => configure({ intensity: next })}
      />
      <p className="text-muted text-sm">{texts.intensityHint[intensity]}</p>
    </div>
  );
}
