"use client";
/**
 * All that lies over the picture while it plays. Only what is behind words is darkened: a trainer who
 * lies on the floor is in the lower half of the picture.
 */
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
    <div data-testid="overlay" className="pointer-events-none absolute inset-0">
      <div
        className={style(
          "absolute inset-x-0 bottom-0 h-24 bg-linear-to-t from-black/85 to-transparent transition-opacity duration-200",
          !raised && "opacity-0",
        )}
      />
      <div className="absolute top-[clamp(0.5rem,2cqi,1.5rem)] left-[clamp(0.6rem,2.2cqi,1.75rem)] below:top-[max(1rem,env(safe-area-inset-top))]">
        <RoundIndicator clock={clock} timeline={timeline} />
      </div>
      <div
        className={style(
          "absolute inset-x-[clamp(0.6rem,2.2cqi,1.75rem)] bottom-[clamp(1.1rem,3.2cqi,2.5rem)] flex items-end justify-between gap-4 transition-transform duration-200",
          "below:inset-x-5 below:top-[calc(4.5rem+56.25vw)] below:bottom-24 below:flex-col below:items-center below:justify-evenly",
          raised && "-translate-y-16 below:translate-y-0",
        )}
      >
        <Title clock={clock} timeline={timeline} nameOf={nameOf} />
        <TimerCircle clock={clock} timeline={timeline} />
      </div>
    </div>
  );
}
