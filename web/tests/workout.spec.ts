/** From three exercises to the end of the workout: the picture against the plan. */
import { expect, test } from "@playwright/test";
import { generate, items, open, pick, plays } from "./session";

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
