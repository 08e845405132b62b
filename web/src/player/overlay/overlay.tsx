"use client";
/** All that lies over the picture while it plays. The scrims keep it readable on any picture. */
import type { Timeline } from "@/api/client";
import { style } from "@/ui/style";
import type { Clock } from "../clock";
import type { NameOf } from "../words";
import { RoundIndicator } from "./round-indicator";
import { TimerCircle } from "./timer-circle";
import { Title } from "./title";

interface Props {
  clock: Clock;
  timeline: Timeline;
  nameOf: NameOf;
  /** The controls need the room below. */
  raised: boolean;
}

export function Overlay({ clock, timeline, nameOf, raised }: Props) {
  return (
    <div className="pointer-events-none absolute inset-0">
      <div
        className={style(
          "absolute inset-x-0 bottom-0 h-1/2 bg-linear-to-t from-black/85 via-black/40 to-transparent",
          // On a phone the words then stand half way up the picture.
          raised && "h-[85%] via-black/65",
        )}
      />
      <div className="absolute top-[clamp(0.5rem,2cqi,1.5rem)] left-[clamp(0.6rem,2.2cqi,1.75rem)]">
        <RoundIndicator clock={clock} timeline={timeline} />
      </div>
      <div
        className={style(
          "absolute inset-x-[clamp(0.6rem,2.2cqi,1.75rem)] bottom-[clamp(1.1rem,3.2cqi,2.5rem)] flex items-end justify-between gap-4 [text-shadow:0_1px_0.35em_rgb(0_0_0/0.75)] transition-transform duration-200",
          raised && "-translate-y-16",
        )}
      >
        <Title clock={clock} timeline={timeline} nameOf={nameOf} />
        <TimerCircle clock={clock} timeline={timeline} />
      </div>
    </div>
  );
}
