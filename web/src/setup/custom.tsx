"use client";
/** Every setting of a session. What a setting does not change just now is said beside it. */
import { type ReactNode, useId } from "react";
import { useLimits } from "@/goals/limits";
import { AVOIDABLE, useGoals } from "@/goals/store";
import { useTexts } from "@/i18n";
import { EquipmentChoice } from "@/library/equipment-choice";
import { ConflictNotes } from "@/session/conflict-note";
import { DEFAULT_SETUP, type Overlays, useSession } from "@/session/store";
import type { Totals } from "@/session/totals";
import { Button } from "@/ui/button";
import { Choose, ChooseSome, Slider, Switch } from "@/ui/controls";
import { IntensityChoice } from "./intensity";

const OVERLAYS = ["timer", "progress", "name", "round"] as const;

export default function CustomSetup({ totals }: { totals: Totals }) {
  const { items, setup, chosen, configure } = useSession();
  const texts = useTexts();
  const { common, goals, setup: words } = texts;
  const limits = useLimits();
  const limit = useGoals((goals) => goals.limit);
  const { conflicts } = totals;
  const mine = items.length > 0 && chosen === null;
  const shown = OVERLAYS.filter((name) => setup.overlays[name]);
  return (
    <div className="grid gap-8">
      <IntensityChoice />
      <Group title={words.times}>
        <Slider
          label={words.work}
          value={setup.work}
          min={10}
          max={120}
          step={5}
          words={words.seconds}
          onChange={(work) => configure({ work })}
        />
        <Slider
          label={words.rest}
          value={setup.rest}
          min={0}
          max={120}
          step={5}
          words={words.seconds}
          onChange={(rest) => configure({ rest })}
        />
        <Slider
          label={words.getReady}
          value={setup.getReady}
          min={0}
          max={30}
          words={words.seconds}
          onChange={(getReady) => configure({ getReady })}
        />
        <Hinted hint={setup.noRepeat ? words.roundsOnce : chosen ? words.roundsChosen : null}>
          <Slider
            label={words.rounds}
            value={setup.rounds}
            min={1}
            max={Math.max(10, setup.rounds)}
            words={words.roundsWords}
            disabled={setup.noRepeat}
            onChange={(rounds) => configure({ rounds })}
          />
        </Hinted>
        <Hinted hint={setup.rounds === 1 ? words.roundRestOnce : null}>
          <Slider
            label={words.roundRest}
            value={setup.roundRest}
            min={0}
            max={180}
            step={5}
            words={words.seconds}
            onChange={(roundRest) => configure({ roundRest })}
          />
        </Hinted>
      </Group>
      <Group title={words.choice}>
        <div className="grid gap-1">
          <Switch
            label={words.noRepeat}
            hint={words.noRepeatHint}
            checked={setup.noRepeat}
            onChange={(noRepeat) => configure({ noRepeat })}
          />
          <ConflictNotes conflicts={conflicts} kinds={["repeated"]} />
        </div>
        <p className="text-muted text-sm">{texts.limits.hint}</p>
        <ChooseSome
          label={goals.avoid}
          values={limits.avoid}
          choices={AVOIDABLE.map((value) => ({ value, label: goals[value] }))}
          onChange={(avoid) => limit({ avoid })}
        />
        <ConflictNotes conflicts={conflicts} kinds={["jump", "floor", "kneeling"]} />
        <Hinted hint={mine ? words.levelHint : goals.levels[limits.level]}>
          <Choose
            label={goals.level}
            value={limits.level}
            choices={(["easy", "medium", "hard"] as const).map((value) => ({
              value,
              label: common[value],
            }))}
            onChange={(level) => limit({ level })}
          />
        </Hinted>
        <EquipmentChoice chosen={limits.equipment} onChange={(equipment) => limit({ equipment })} />
        <ConflictNotes conflicts={conflicts} kinds={["equipment"]} />
      </Group>
      <Group title={words.around}>
        <div className="grid gap-1">
          <Switch
            label={words.warmUp}
            {...(mine ? { hint: words.warmUpHint } : {})}
            checked={setup.warmUp}
            onChange={(warmUp) => configure({ warmUp })}
          />
          <Switch
            label={words.coolDown}
            {...(mine ? { hint: words.coolDownHint } : {})}
            checked={setup.coolDown}
            onChange={(coolDown) => configure({ coolDown })}
          />
        </div>
      </Group>
      <Group title={words.sound}>
        <div className="grid gap-1">
          <Switch
            label={words.cues}
            hint={words.cuesHint}
            checked={setup.cues}
            onChange={(cues) => configure({ cues })}
          />
          <Switch
            label={words.clipSound}
            hint={words.clipSoundHint}
            checked={setup.clipSound}
            onChange={(clipSound) => configure({ clipSound })}
          />
        </div>
      </Group>
      <Group title={words.video}>
        <Choose
          label={words.resolution}
          value={setup.resolution}
          choices={(["480p", "720p", "1080p"] as const).map((value) => ({ value, label: value }))}
          onChange={(resolution) => configure({ resolution })}
        />
        <Choose
          label={words.orientation}
          value={setup.orientation}
          choices={(["landscape", "portrait"] as const).map((value) => ({
            value,
            label: words[value],
          }))}
          onChange={(orientation) => configure({ orientation })}
        />
        <Hinted hint={words.overlaysHint}>
          <ChooseSome
            label={words.overlays}
            values={shown}
            choices={OVERLAYS.map((value) => ({ value, label: words[value] }))}
            onChange={(values) => configure({ overlays: overlaysOf(values) })}
          />
        </Hinted>
      </Group>
      <Button look="outline" onClick={() => configure({ ...DEFAULT_SETUP, seed: setup.seed })}>
        {words.reset}
      </Button>
    </div>
  );
}

const overlaysOf = (values: readonly (keyof Overlays)[]): Overlays => ({
  timer: values.includes("timer"),
  progress: values.includes("progress"),
  name: values.includes("name"),
  round: values.includes("round"),
});

function Group({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid gap-5">
      <h3 id={id} className="font-bold tracking-tight">
        {title}
      </h3>
      {children}
    </section>
  );
}

/** A control with what is to be known about it just now. */
function Hinted({ hint, children }: { hint: string | null; children: ReactNode }) {
  return (
    <div className="grid gap-1.5">
      {children}
      {hint && <p className="text-muted text-sm">{hint}</p>}
    </div>
  );
}
