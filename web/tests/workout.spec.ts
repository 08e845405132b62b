/** From three exercises to the end of the workout: the picture against the plan. */
import { execFileSync } from "node:child_process";
import { expect, type Page, test } from "@playwright/test";
import { generate, items, open, pick, plays, time } from "./session";

/** A presented picture: its time, and itself, very small. */
interface Seen {
  at: number;
  picture: number[];
  name: string;
  countdown: string;
}

declare global {
  interface Window {
    seen: Seen[];
  }
}

/** Watches every picture that is presented, and what is written over it. */
const watch = () => {
  window.seen = [];
  const video = document.querySelector("video") as HTMLVideoElement;
  const canvas = new OffscreenCanvas(32, 18);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const text = (id: string) => document.querySelector(`[data-testid=${id}]`)?.textContent ?? "";
  const look = (_: number, { mediaTime }: VideoFrameCallbackMetadata) => {
    context?.drawImage(video, 0, 0, 32, 18);
    const pixels = context?.getImageData(0, 0, 32, 18).data ?? [];
    const picture = Array.from(pixels).filter((_, index) => index % 4 === 1);
    window.seen.push({
      at: mediaTime,
      picture,
      name: text("exercise"),
      countdown: text("countdown"),
    });
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
};

const difference = (one: Seen, other: Seen) =>
  one.picture.reduce((sum, value, at) => sum + Math.abs(value - (other.picture[at] ?? 0)), 0);

test("a workout shows each exercise from the planned picture to the planned picture", async ({
  page,
}) => {
  test.slow();
  await open(page, []);
  await pick(page, "Push-ups", "Air Squat", "Plank");
  await page.getByRole("tab", { name: "Quick" }).click();
  await page.getByRole("radio", { name: "Medium" }).click();
  await expect(page.getByText("0:23").first()).toBeVisible();

  await generate(page).click();
  await page.waitForSelector("video");
  await page.evaluate(watch);
  await plays(page);
  await expect(page.getByRole("heading", { name: "Well done" })).toBeVisible({ timeout: 40_000 });

  const seen = (await page.evaluate(() => window.seen)).sort((a, b) => a.at - b.at);
  expect(seen.length, "pictures presented of 690").toBeGreaterThan(200);
  // Rests show what comes next: the exercise changes where they begin, at 6 and 13 s.
  for (const change of [6, 13]) {
    const near = seen.filter(({ at }) => Math.abs(at - change) < 1);
    const steps = near.slice(1).map((after, at) => {
      const before = near[at] as Seen;
      return { before: before.at, after: after.at, by: difference(before, after) };
    });
    const cut = steps.reduce((most, step) => (step.by > most.by ? step : most));
    expect(cut.before, `the last picture before ${change} s`).toBeLessThan(change - 0.001);
    expect(cut.after, `the first picture from ${change} s on`).toBeGreaterThan(change - 0.001);
    const others = steps.filter((step) => step !== cut).map(({ by }) => by);
    expect(cut.by, "a cut is no movement").toBeGreaterThan(2 * Math.max(...others));
  }
  // What is written over it, half a second after each beginning.
  const written = (at: number) => seen.find((one) => one.at > at);
  expect(written(2.5)).toMatchObject({ name: "Push-ups", countdown: "4" });
  expect(written(6.5)).toMatchObject({ name: "Air Squat", countdown: "3" });
  expect(written(9.5)).toMatchObject({ name: "Air Squat", countdown: "4" });
  expect(written(16.5)).toMatchObject({ name: "Plank", countdown: "4" });
  expect(seen.at(-1)?.at).toBeGreaterThan(22.9);

  // It was played to the end, so it is in the history; and the session is as it was.
  const history = await page.evaluate(() => localStorage.getItem("history"));
  expect(JSON.parse(history ?? "null")?.state.done).toHaveLength(1);
  await expect(items(page)).toHaveCount(3);
});

test("a link opens the same workout, and waits for the click", async ({ page, request }) => {
  const config = { intervals: { work_time: 4, rest_time: 2, get_ready: 1 }, resolution: "480p" };
  const body = { exercise_names: ["Crunch", "Superman"], config };
  const made = await (await request.post("/api/workouts", { data: body })).json();
  const token = made.links.without_hud.split("/").at(-1);
  await page.goto(`/?workout=${token}`);
  await page
    .getByRole("region", { name: "Player" })
    .getByRole("button", { name: "Play" })
    .first()
    .click();
  await plays(page);
  await expect(page.getByTestId("exercise")).toContainText("Crunch");

  // What it is stands below it, and can be taken over.
  const card = page.getByRole("region", { name: "This workout" });
  await expect(card).toContainText("2 exercises · 4 s work, 2 s rest");
  await card.getByRole("button", { name: "Use as my session" }).click();
  await expect(items(page)).toHaveCount(2);
  await expect(card).toHaveCount(0);
  await expect(page.getByText("0:11").first()).toBeVisible();
});

test("the poster of a link is of the exercise that the player names first", async ({ request }) => {
  const config = { resolution: "480p", include_cool_down: false, seed: 7 };
  const make = async (body: unknown) => {
    const { links } = await (await request.post("/api/workouts", { data: body })).json();
    const poster = await (await request.get(links.poster)).body();
    return { poster, timeline: await (await request.get(links.timeline)).json() };
  };
  const warm = { exercise_names: ["Plank"], config: { ...config, include_warm_up: true } };
  const { poster, timeline } = await make(warm);
  const first = timeline.intervals[0].upcoming;
  expect(first.name).not.toBe("Plank");
  const alone = { exercises: [{ id: first.exercise }], config };
  expect(poster.equals((await make(alone)).poster), `a picture of ${first.name}`).toBe(true);
});

/** A picture of a file in shades of grey, after so many seconds of it. */
function picture(file: string, at: number) {
  const [width, height] = [854, 480];
  const args = ["-v", "error", "-ss", String(at), "-i", file, "-frames:v", "1"];
  const grey = execFileSync("ffmpeg", [...args, "-f", "rawvideo", "-pix_fmt", "gray", "-"]);
  expect(grey.length).toBe(width * height);
  /** The darkest and the brightest of the foot of the picture, between two shares of its width. */
  return (from: number, to: number) => {
    const shades: number[] = [];
    for (let y = height - 52; y < height; y++) {
      for (let x = Math.floor(width * from); x < width * to; x++) {
        shades.push(grey[y * width + x] ?? 0);
      }
    }
    return { darkest: Math.min(...shades), brightest: Math.max(...shades) };
  };
}

async function download(page: Page, choice: string | RegExp): Promise<string> {
  await page.getByRole("button", { name: "Download" }).click();
  const saving = page.waitForEvent("download", { timeout: 60_000 });
  await page.getByRole("dialog").getByRole("button", { name: choice }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe("push-ups-plank-0min.mp4");
  const file = await saved.path();
  await expect(page.getByText("Saved.").first()).toBeVisible();
  await page.keyboard.press("Escape");
  return file;
}

test("the saved file shows what the switches say, now and without the bar", async ({ page }) => {
  test.slow();
  const overlays = { timer: true, progress: false, name: false, round: false };
  await open(page, ["push-ups", "plank"], { overlays });
  await generate(page).click();
  await plays(page);
  // In the middle of the first exercise: its countdown is at the right, all else would be left of it.
  const timer = picture(await download(page, "With the bar In the picture: Timer."), 4);
  expect(timer(0, 0.88).brightest, "only the ground of the bar").toBeLessThan(70);
  expect(timer(0.92, 1).brightest, "the countdown").toBeGreaterThan(130);

  const bare = picture(await download(page, /^Without the bar/), 4);
  expect(bare(0.6, 1).darkest, "the floor on which she trains").toBeGreaterThan(130);

  // The switches as they are at the click, not as they were when the workout was made.
  await page.getByRole("tab", { name: "Custom" }).click();
  await page.getByRole("button", { name: "Timer", exact: true }).click();
  await page.getByRole("button", { name: "Exercise name", exact: true }).click();
  const name = picture(await download(page, "With the bar In the picture: Exercise name."), 4);
  expect(name(0, 0.3).brightest, "the name").toBeGreaterThan(180);
  expect(name(0.5, 1).brightest, "only the ground of the bar").toBeLessThan(70);
});

test("a download tells how far it is, and can be cancelled", async ({ page }) => {
  await open(page, ["push-ups", "plank"]);
  await generate(page).click();
  await plays(page);
  // Half of the file comes, and the rest never does.
  await page.evaluate(() => {
    const real = window.fetch;
    window.fetch = async (input, init) => {
      const response = await real(input, init);
      if (!String(input).includes("video.mp4") || init?.method === "HEAD") return response;
      const all = new Uint8Array(await response.arrayBuffer());
      const body = new ReadableStream({
        start: (control) => {
          control.enqueue(all.slice(0, Math.ceil(all.length / 2)));
          init?.signal?.addEventListener("abort", () => control.error(init.signal?.reason));
        },
      });
      return new Response(body, { headers: { "content-length": String(all.length) } });
    };
  });
  await page.getByRole("button", { name: "Download" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /^Without the bar/ }).click();
  await expect(dialog.getByRole("progressbar", { name: "Download" })).toBeVisible();
  await expect(dialog.getByText(/^[\d.]+ of [\d.]+ MB$/)).toBeVisible();
  // It goes on while one looks at something else.
  await page.keyboard.press("Escape");
  const button = page.getByRole("button", { name: "Download 50 %" });
  await button.click();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog.getByRole("progressbar")).toHaveCount(0);
  await expect(dialog.getByRole("button", { name: /^With the bar/ })).toBeVisible();
});

test("a workout goes on where it was, after a reload, a visit to the plan and in French", async ({
  page,
}) => {
  await open(page, ["push-ups", "plank"], { work: 20 });
  await generate(page).click();
  await plays(page);
  await page.keyboard.press("n");
  await page.keyboard.press("l");
  await expect.poll(() => time(page)).toBeGreaterThan(12.3);
  await page.reload();
  const go = page.getByRole("button", { name: /^Continue at 0:1\d$/ });
  await expect(go).toBeVisible();
  expect(await page.locator("video").evaluate((video: HTMLVideoElement) => video.paused)).toBe(
    true,
  );
  await go.click();
  await plays(page);
  expect(await time(page)).toBeGreaterThan(12);
  await expect(page.getByTestId("exercise")).toContainText("Push-ups");

  await page.getByRole("link", { name: "Plan" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Your week" })).toBeVisible();
  await page.getByRole("link", { name: "Train" }).click();
  await expect(go).toBeVisible();

  await page.getByRole("button", { name: /Français/ }).click();
  await page.getByRole("button", { name: /^Continuer à 0:1\d$/ }).click();
  await plays(page);
  expect(await time(page)).toBeGreaterThan(12);
  // A shared link is one's own place, too.
  const kept = await page.evaluate(() => JSON.parse(localStorage.getItem("playback") ?? ""));
  await page.goto(`/?workout=${kept.state.last.token}`);
  await page.waitForURL(/workout=/);
  await expect(page.getByRole("button", { name: /^Contin/ })).toBeVisible();
  await page
    .getByRole("button", { name: /^(Start from the beginning|Reprendre au début)$/ })
    .click();
  await plays(page);
  expect(await time(page)).toBeLessThan(8);
});

test("skipping goes to the beginnings of intervals", async ({ page }) => {
  await open(page, ["push-ups", "plank"]);
  await generate(page).click();
  await plays(page);
  await page.getByRole("button", { name: "Pause" }).first().click();
  const begins = async (at: number) =>
    expect
      .poll(() => page.locator("video").evaluate((video: HTMLVideoElement) => video.currentTime))
      .toBeCloseTo(at, 1);
  await page.keyboard.press("n");
  await begins(2);
  await page.keyboard.press("n");
  await begins(6);
  await expect(page.getByTestId("exercise")).toContainText("Plank");
  await page.keyboard.press("p");
  await begins(2);
});
