"use client";
/** The `open` stage: the video from the first paint on, the rest when the timeline is there. */
import dynamic from "next/dynamic";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { atServer, type Workout } from "@/api/client";
import { Problem } from "@/api/problem";
import { useLocale, useTexts } from "@/i18n";
import { style } from "@/ui/style";
import { ActionBar, ActionBarPlace } from "./bar/action-bar";
import { useShare } from "./bar/use-share";
import { placeOf, usePlaces } from "./places";
import { useSettings } from "./settings";
import { Failed } from "./state/failed";
import { Screen } from "./state/screen";
import { StageWords } from "./state/stage-words";
import { type Origin, usePlayback } from "./store";
import { Theatre } from "./theatre";
import { useCaptions } from "./use-captions";
import { type Show, useFilm, useFilmState } from "./use-film";
import { addressesOf, tokenWithoutHud, useTimeline, useWorkout } from "./workout";

const Help = dynamic(() => import("./bar/help").then(({ Help }) => Help));
const Download = dynamic(() => import("./download/dialog"));
const Phone = dynamic(() => import("./bar/phone").then(({ Phone }) => Phone));

interface Props {
  token: string;
  autoplay: boolean;
  origin: Origin;
  /** From its beginning, wherever it was left. */
  fresh: boolean;
  /** What the picture is expected to be, until the timeline tells. */
  upright: boolean;
  onRetry: () => void;
}

export function Opened({ token, autoplay, origin, fresh, upright, onRetry }: Props) {
  const { player } = useTexts();
  const locale = useLocale();
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const track = useRef<HTMLTrackElement>(null);
  const [stage, setStage] = useState<HTMLDivElement | null>(null);
  const [sheet, setSheet] = useState<"help" | "phone" | "download" | null>(null);
  // Who asked for it by a click begins at the beginning.
  const [before] = useState(() => (fresh ? null : (placeOf(token) ?? null)));
  const show = useFilm(video, still, token, autoplay, before?.seconds ?? 0);
  const timeline = useTimeline(token);
  const workout = useWorkout(token);
  const { captions } = useSettings();
  useCaptions(track, captions);
  useOwnOverlays(workout.data, autoplay, origin);
  useEffect(() => usePlaces.getState().opened(token, origin), [token, origin]);
  const sharing = useShare(token);
  const help = useCallback(() => setSheet("help"), []);
  const { poster, captions: captionsFile } = addressesOf(token);

  const onOpenChange = (open: boolean) => !open && setSheet(null);
  const bar = (
    <ActionBar
      workout={workout.data}
      sharing={sharing}
      onDownload={() => setSheet("download")}
      onPhone={() => setSheet("phone")}
      onHelp={help}
    />
  );
  if (timeline.error !== null) {
    const problem = Problem.from(timeline.error);
    const again = () => {
      void timeline.refetch();
      onRetry();
    };
    // A link that is not whole stays so.
    const worthIt = problem.status <= 0 || problem.status >= 500;
    return (
      <>
        <Failed problem={problem} {...(worthIt ? { onRetry: again } : {})} />
        <ActionBarPlace />
      </>
    );
  }
  return (
    <>
      <Screen
        ref={setStage}
        data-stage
        upright={timeline.data ? timeline.data.height > timeline.data.width : upright}
        tabIndex={-1}
        className="outline-none immersed:-mx-4 immersed:w-auto immersed:rounded-none short:immersed:aspect-auto short:immersed:h-[100svh] sm:immersed:-mx-6 [&:fullscreen]:mx-0 [&:fullscreen]:aspect-auto [&:fullscreen]:h-full [&:fullscreen]:rounded-none"
      >
        <video
          ref={video}
          className={style(FILLING, "[&::cue]:text-[clamp(0.8rem,2.2cqi,1.5rem)]")}
          playsInline
          crossOrigin="anonymous"
          poster={atServer(poster)}
          tabIndex={-1}
        >
          <track
            ref={track}
            kind="captions"
            src={atServer(captionsFile(locale))}
            srcLang={locale}
            label={player.language}
          />
        </video>
        <canvas ref={still} hidden className={FILLING} />
        {show !== null && timeline.data !== undefined ? (
          <Showing show={show} onRetry={onRetry}>
            <Theatre
              show={show}
              timeline={timeline.data}
              workout={workout.data}
              token={token}
              origin={origin}
              before={before}
              stage={stage}
              onHelp={help}
              onShare={sharing.share}
            />
          </Showing>
        ) : (
          <>
            <div className="absolute inset-0 bg-black/45" />
            <StageWords title={player.asking} />
          </>
        )}
        {sheet === "help" && <Help onOpenChange={onOpenChange} container={stage} />}
        {sheet === "download" && workout.data && (
          <Download workout={workout.data} onOpenChange={onOpenChange} container={stage} />
        )}
        {sheet === "phone" && <Phone token={token} onOpenChange={onOpenChange} container={stage} />}
      </Screen>
      {bar}
    </>
  );
}

/** A link may be of the video that has the bar in its picture: the one without it is shown here. */
function useOwnOverlays(workout: Workout | undefined, autoplay: boolean, origin: Origin) {
  useEffect(() => {
    if (workout === undefined) return;
    const bare = tokenWithoutHud(workout);
    if (bare !== workout.token) usePlayback.getState().open(bare, { autoplay, origin });
  }, [workout, autoplay, origin]);
}

const FILLING =
  "absolute inset-0 size-full object-contain below:inset-x-0 below:top-14 below:aspect-video below:h-auto";

/** The film, or why there is none. */
function Showing(props: { show: Show; onRetry: () => void; children: ReactNode }) {
  const { phase, problem } = useFilmState(props.show.film);
  if (phase !== "failed" || problem === null) return props.children;
  return (
    <div className="absolute inset-0">
      <Failed problem={problem} onRetry={props.onRetry} />
    </div>
  );
}
