/** Which key does what. Pure: where keys are listened to is `use-keys`. */
export type Command =
  | { does: "toggle" | "mute" | "fullscreen" | "captions" | "picture-in-picture" | "help" }
  | { does: "next" | "previous" | "faster" | "slower" }
  /** Seconds forward, or back. */
  | { does: "skip"; seconds: number }
  | { does: "volume"; by: number }
  /** To a tenth of the workout. */
  | { does: "tenth"; tenth: number };

export interface Key {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  " ": { does: "toggle" },
  k: { does: "toggle" },
  j: { does: "skip", seconds: -10 },
  l: { does: "skip", seconds: 10 },
  ArrowLeft: { does: "skip", seconds: -5 },
  ArrowRight: { does: "skip", seconds: 5 },
  ArrowUp: { does: "volume", by: 0.1 },
  ArrowDown: { does: "volume", by: -0.1 },
  n: { does: "next" },
  p: { does: "previous" },
  m: { does: "mute" },
  f: { does: "fullscreen" },
  c: { does: "captions" },
  i: { does: "picture-in-picture" },
  "<": { does: "slower" },
  ">": { does: "faster" },
  "?": { does: "help" },
};

/**
 * What is focused, seen from the player: its stage, a control in it that has keys of its own, a control
 * elsewhere on the page, something one writes in, or nothing (the page).
 */
export type Focus = "page" | "stage" | "button" | "slider" | "elsewhere" | "text";

export function commandOf(key: Key, focus: Focus): Command | null {
  if (key.ctrlKey || key.altKey || key.metaKey || focus === "text") return null;
  const name = key.key.length === 1 ? key.key.toLowerCase() : key.key;
  const command = /^[0-9]$/.test(name)
    ? ({ does: "tenth", tenth: Number(name) } as const)
    : (COMMANDS[name] ?? null);
  if (command === null) return null;
  // A page scrolls with the arrows up and down unless the player itself is focused.
  if (command.does === "volume") return focus === "stage" || focus === "button" ? command : null;
  if (focus === "button") return name === " " ? null : command;
  if (focus === "slider") return name.startsWith("Arrow") ? null : command;
  // Lists, sliders and sortable rows on the page have these keys for themselves.
  if (focus === "elsewhere") return /^[a-z?<>]$/.test(name) ? command : null;
  return command;
}

/** Where the focus is. `stage` is the player's own element. */
export function focusOf(target: EventTarget | null, stage: Element | null): Focus {
  if (!(target instanceof Element)) return "page";
  if (target.closest("input, textarea, select, [contenteditable=true]")) return "text";
  // Around the player: where the page puts the focus when a workout starts.
  if (stage !== null && target.contains(stage))
    return target.matches("body, #content") ? "page" : "stage";
  const control = target.closest("button, a, [role=slider], [role=button], [role], [tabindex]");
  if (!stage?.contains(target)) {
    return control === null || control.id === "content" ? "page" : "elsewhere";
  }
  if (control === null || control === stage) return "stage";
  return control.getAttribute("role") === "slider" ? "slider" : "button";
}

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2] as const;

/** The next speed up or down. */
export function speedBeside(speed: number, direction: 1 | -1): number {
  const beside = direction > 0 ? SPEEDS.find((s) => s > speed) : SPEEDS.findLast((s) => s < speed);
  return beside ?? speed;
}
