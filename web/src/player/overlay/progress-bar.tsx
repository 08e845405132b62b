"use client";
/** The whole workout, its intervals marked by kind; click, drag or keys go anywhere in it. */
import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from "react";
import type { Timeline } from "@/api/client";
import { useTexts } from "@/i18n";
import { style } from "@/ui/style";
import { type Clock, useNow } from "../clock";
import { clock as clockText, nextStart, now, previousStart } from "../now";
import { lineOf, type NameOf } from "../words";
import { gradientOf } from "./gradient";

interface Props {
  clock: Clock;
  timeline: Timeline;
  nameOf: NameOf;
  /** The place that was asked for and is not shown yet. */
  onSeek: (time: number) => void;
}

export function ProgressBar({ clock, timeline, nameOf, onSeek }: Props) {
  const texts = useTexts();
  const { player } = texts;
  const bar = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const progress = useNow(clock, timeline, (moment) => moment.progress) ?? 0;
  const seconds = useNow(clock, timeline, ({ frame }) => Math.floor(frame / timeline.fps)) ?? 0;
  const gradient = useMemo(() => gradientOf(timeline), [timeline]);
  const { duration } = timeline;
  const lineAt = (time: number) => {
    const interval = now(timeline, time)?.interval;
    return interval === undefined ? "" : lineOf(interval, texts, nameOf);
  };

  const timeAt = (event: PointerEvent) => {
    const box = bar.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return 0;
    return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * duration;
  };
  const down = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture?.(event.pointerId);
    setDragged(timeAt(event));
    setPointed(timeAt(event));
  };
  const move = (event: PointerEvent) => {
    setPointed(timeAt(event));
    if (dragged !== null) setDragged(timeAt(event));
  };
  const up = (event: PointerEvent) => {
    if (dragged === null) return;
    onSeek(timeAt(event));
    setDragged(null);
    if (event.pointerType !== "mouse") setPointed(null);
  };
  const drop = () => {
    setDragged(null);
    setPointed(null);
  };
  const key = (event: KeyboardEvent) => {
    const to = targetOf(event.key, clock.time, timeline);
    if (to === null) return;
    event.preventDefault();
    onSeek(to);
  };

  const share = dragged === null ? progress : dragged / duration;
  return (
    <div
      ref={bar}
      role="slider"
      tabIndex={0}
      aria-label={player.position}
      aria-valuemin={0}
      aria-valuemax={Math.floor(duration)}
      aria-valuenow={seconds}
      aria-valuetext={`${player.positionOf(clockText(seconds), clockText(duration))}, ${lineAt(seconds)}`}
      onKeyDown={key}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={drop}
      onPointerLeave={() => dragged === null && setPointed(null)}
      className="group relative flex h-6 cursor-pointer touch-none items-end rounded-md outline-offset-[-2px] pointer-coarse:h-8"
    >
      <div className="relative h-[5px] w-full overflow-hidden rounded-full transition-[height] duration-150 group-hover:h-2.5 group-focus-visible:h-2.5 pointer-coarse:h-2">
        <div className="absolute inset-0 bg-black/60" />
        <div className="absolute inset-0 opacity-45" style={{ background: gradient }} />
        <div
          data-testid="progress"
          className="absolute inset-0"
          style={{ background: gradient, clipPath: `inset(0 ${(1 - share) * 100}% 0 0)` }}
        />
      </div>
      <div
        aria-hidden="true"
        className={style(
          "absolute bottom-0 h-2.5 w-1 -translate-x-1/2 rounded-full bg-white opacity-0 transition-opacity group-hover:opacity-100 group-focus-visible:opacity-100",
          dragged !== null && "opacity-100",
        )}
        style={{ left: `${share * 100}%` }}
      />
      {pointed !== null && (
        <Label share={pointed / duration} time={pointed} line={lineAt(pointed)} />
      )}
    </div>
  );
}

/** Over the pointer, and never over the edge of the picture. */
function Label({ share, time, line }: { share: number; time: number; line: string }) {
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute bottom-[calc(100%+0.25rem)] max-w-[70%] truncate rounded-lg bg-black/85 px-2.5 py-1.5 font-medium text-xs"
      style={{ left: `${share * 100}%`, transform: `translateX(-${share * 100}%)` }}
    >
      <span className="mr-1.5 tabular-nums text-white/75">{clockText(time)}</span>
      {line}
    </div>
  );
}

function targetOf(key: string, time: number, timeline: Timeline): number | null {
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return time + 5;
    case "ArrowLeft":
    case "ArrowDown":
      return time - 5;
    case "PageUp":
      return nextStart(timeline, time);
    case "PageDown":
      return previousStart(timeline, time);
    case "Home":
      return 0;
    case "End":
      return timeline.duration;
    default:
      return null;
  }
}
