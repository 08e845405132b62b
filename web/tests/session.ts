/** What a user does on the Train page, in the words of the tests. */
import { expect, type Locator, type Page } from "@playwright/test";

/** Adds exercises from the library. */
export async function pick(page: Page, ...names: string[]) {
  const list = page.getByRole("tabpanel", { name: "Exercises" });
  for (const name of names) {
    await list.getByRole("button", { name: `Add ${name}`, exact: true }).click();
  }
  await expect(items(page)).toHaveCount(names.length);
}

/** The session's exercises, in order; in both languages. */
export function items(page: Page): Locator {
  return page.getByRole("region", { name: /^(Your session|Votre séance)$/ }).getByRole("listitem");
}

export async function order(page: Page): Promise<string[]> {
  const handles = items(page).getByRole("button", { name: /^Move / });
  const labels = await handles.evaluateAll((all) => all.map((it) => it.getAttribute("aria-label")));
  return labels.map((label) => (label ?? "").replace("Move ", ""));
}

/**
 * Sets the session up in the browser's storage, for tests whose matter is not how it is put
 * together: `setup` over the defaults, without warm-up and cool-down.
 */
export async function open(
  page: Page,
  ids: string[],
  setup: Record<string, unknown> = {},
  address = "/",
) {
  await page.addInitScript(
    ([ids, setup]) => {
      if (localStorage.getItem("session")) return;
      const items = ids.map((id, at) => ({ key: `key-${at}`, id }));
      const state = { items, setup, chosen: null };
      localStorage.setItem("session", JSON.stringify({ state, version: 1 }));
    },
    [ids, { ...SHORT, ...setup }] as const,
  );
  await page.goto(address);
  await expect(items(page)).toHaveCount(ids.length);
}

/** 2 s to get ready, 4 s of work, 3 s of rest. */
const SHORT = {
  minutes: 20,
  intensity: "medium_intensity",
  work: 4,
  rest: 3,
  roundRest: 3,
  getReady: 2,
  rounds: 1,
  noRepeat: false,
  noJump: false,
  avoid: [],
  levels: ["easy", "medium", "hard"],
  equipment: [],
  warmUp: false,
  coolDown: false,
  cues: true,
  clipSound: false,
  resolution: "480p",
  orientation: "landscape",
  seed: 1,
  overlays: { timer: true, progress: true, name: true, round: true },
};

export const generate = (page: Page) => page.getByRole("button", { name: "Generate Training" });

/** Waits until pictures move. */
export async function plays(page: Page) {
  await page.waitForFunction(() => {
    const video = document.querySelector("video");
    return video !== null && !video.paused && video.currentTime > 0.2;
  });
}

export const time = (page: Page) =>
  page.locator("video").evaluate((video: HTMLVideoElement) => video.currentTime);

export const seek = (page: Page, to: number) =>
  page.locator("video").evaluate(
    (video: HTMLVideoElement, to) =>
      new Promise<void>((done) => {
        video.addEventListener("seeked", () => done(), { once: true });
        video.currentTime = to;
      }),
    to,
  );
