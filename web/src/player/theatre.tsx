"use client";
/** A workout in the player: the picture, what lies over it, and the controls. */
import { Play, RotateCcw } from "lucide-react";
import { type PointerEvent, useEffect, useRef, useState } from "react";
import { atServer, type Timeline, type Workout } from "@/api/client";
import { useTexts } from "@/i18n";
import { style } from "@/ui/style";
import { Spinner } from "@/ui/surface";
import { Announcer } from "./announcer";
import { useNow } from "./clock";
import { Controls } from "./control/controls";
import { useActions } from "./control/use-actions";
import { useActivity } from "./control/use-activity";
import { useFullscreen } from "./control/use-fullscreen";
import { useKeys } from "./control/use-keys";
import { clock as clockText } from "./now";
import { Overlay } from "./overlay/overlay";
import { ProgressBar } from "./overlay/progress-bar";
import type { Place } from "./places";
import { useSettings } from "./settings";
import { Finished } from "./state/finished";
import { Notice } from "./state/notice";
import { StageWords } from "./state/stage-words";
import type { Origin } from "./store";
import { type Show, useFilmState } from "./use-film";
import { useImmersed } from "./use-immersed";
import { useMediaSession } from "./use-media-session";
import { usePlace } from "./use-place";
import { useRecord } from "./use-record";
import { useVoice } from "./use-voice";
import { useWakeLock } from "./use-wake-lock";
import { lineOf, useNames } from "./words";
import { addressesOf, titleOf } from "./workout";

interface Props {
  show: Show;
  timeline: Timeline;
  workout: Workout | undefined;
  token: string;
  origin: Origin;
  /** Where it was left in another visit. */
  before: Place | null;
  stage: HTMLElement | null;
  onHelp: () => void;
  onShare: () => void;
}

export function Theatre(props: Props) {
  const { show, timeline, workout, token, origin, before, stage, onHelp, onShare } = props;
  const { film, clock } = show;
  const texts = useTexts();
  const { player, frame } = texts;
  const nameOf = useNames();
  const { phase, playing, waiting, lost, ended } = useFilmState(film);
  const { volume, muted, voice } = useSettings();
  const { actions, speed } = useActions({ film, clock, timeline, stage, onHelp });
  const fullscreen = useFullscreen(stage);
  const { shown, hold, tap } = useActivity(stage, playing);
  const names = namesIn(timeline, nameOf);
  const played = useRecord(show, workout, titleOf(names, player.more), origin, before);
  usePlace(show, token, timeline.duration, played);
  const [begun, setBegun] = useState(false);
  useEffect(() => {
    if (playing) setBegun(true);
  }, [playing]);
  const line = useNow(clock, timeline, ({ interval }) => lineOf(interval, texts, nameOf)) ?? "";

  useEffect(() => {
    film.duration = timeline.duration;
  }, [film, timeline]);
  useEffect(() => {
    film.video.volume = volume;
    film.video.muted = muted;
  }, [film, volume, muted]);
  useKeys(stage, actions.obey);
  useImmersed(stage, timeline.height > timeline.width, playing);
  useWakeLock(playing);
  useVoice(voice && playing && !waiting, clock, timeline, nameOf, muted ? 0 : volume);
  const poster = atServer(addressesOf(token).poster);
  useMediaSession(film, playing, { title: line, artist: frame.product, poster }, actions);

  const surface = useRef<HTMLDivElement>(null);
  const press = (event: PointerEvent) => {
    if (event.button !== 0) return;
    if (event.pointerType === "mouse") actions.toggle();
    else tap();
  };
  const still =
    !playing && !ended && (phase === "ready" || phase === "idle" || phase === "loading");
  // Until a picture is there, its poster is behind these words.
  const words =
    phase === "preparing"
      ? { title: player.preparing, advice: player.preparingAdvice }
      : phase === "asking" || (phase === "loading" && playing)
        ? { title: player.asking }
        : null;
  const continues = still && before !== null && !begun;
  return (
    <>
      {/* Those who do not see the picture have the buttons. */}
      <div ref={surface} className="absolute inset-0" onPointerUp={press} />
      {!ended && !continues && (
        <Overlay clock={clock} timeline={timeline} nameOf={nameOf} raised={shown} />
      )}
      <Announcer clock={clock} timeline={timeline} nameOf={nameOf} />
      {words && !lost && (
        <>
          <div className="pointer-events-none absolute inset-0 bg-black/45" />
          <StageWords {...words} />
        </>
      )}
      {waiting && playing && words === null && <Waiting label={player.waiting} />}
      {continues && (
        <div className="pointer-events-none absolute inset-0 grid place-content-center justify-items-center gap-3 bg-black/55 @max-[30rem]:gap-1.5 @max-[30rem]:pb-16">
          <button
            type="button"
            onClick={actions.play}
            className="pointer-events-auto flex h-14 items-center gap-3 rounded-full bg-move px-7 font-bold text-black text-lg tabular-nums @max-[30rem]:h-12 @max-[30rem]:text-base shadow-xl focus-visible:outline-white"
          >
            <Play aria-hidden="true" className="size-6 fill-current" />
            {player.continueAt(clockText(before.seconds))}
          </button>
          <button
            type="button"
            onClick={() => {
              actions.seek(0);
              actions.play();
            }}
            className="pointer-events-auto flex h-11 items-center gap-2 rounded-full bg-black/70 px-5 font-semibold text-sm focus-visible:outline-white"
          >
            <RotateCcw aria-hidden="true" className="size-4" />
            {player.startAgain}
          </button>
        </div>
      )}
      {still && !continues && (
        <button
          type="button"
          aria-label={player.play}
          onClick={actions.play}
          className={style(
            "absolute top-1/2 left-1/2 grid size-[clamp(3.5rem,12cqi,6.5rem)] -translate-x-1/2 -translate-y-1/2 place-items-center rounded-full bg-move text-black shadow-xl transition-transform hover:scale-105 focus-visible:outline-white",
            // On a small picture it would lie over words; the bar has one, too.
            played.seconds > 0 && "@max-[30rem]:hidden",
          )}
        >
          <Play aria-hidden="true" className="ml-[6%] size-[45%] fill-current" />
        </button>
      )}
      {lost && <Notice words={waiting || phase !== "ready" ? player.lost : player.lostPlaying} />}
      {ended && (
        <Finished
          result={{
            seconds: played.seconds,
            kcal:
              (workout?.kcal ?? timeline.kcal) * Math.min(played.seconds / timeline.duration, 1),
            exercises: names.length,
          }}
          onAgain={actions.play}
          onShare={onShare}
        />
      )}
      <div className="absolute inset-x-0 bottom-0 z-20">
        <Controls
          clock={clock}
          timeline={timeline}
          actions={actions}
          playing={playing}
          speed={speed}
          fullscreen={fullscreen}
          shown={shown && !ended}
          onHold={hold}
        />
        <div className="px-[clamp(0.6rem,2.2cqi,1.75rem)] pb-[clamp(0.3rem,1.1cqi,0.9rem)]">
          <ProgressBar clock={clock} timeline={timeline} nameOf={nameOf} onSeek={actions.seek} />
        </div>
      </div>
    </>
  );
}

/** A moment's wait needs no sign. */
function Waiting({ label }: { label: string }) {
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), 350);
    return () => clearTimeout(timer);
  }, []);
  if (!long) return null;
  return (
    <div
      role="status"
      className="pointer-events-none absolute top-1/2 left-1/2 -translate-x-1/2 -translate-y-1/2 rounded-full bg-black/60 p-4"
    >
      <Spinner className="block size-9 border-[3px]" />
      <span className="sr-only">{label}</span>
    </div>
  );
}

/** The exercises of a workout, each once. */
function namesIn(timeline: Timeline, nameOf: (id: string, english: string) => string): string[] {
  const names = timeline.intervals.flatMap(({ exercise, name }) =>
    exercise === null ? [] : [nameOf(exercise, name)],
  );
  return [...new Set(names)];
}
