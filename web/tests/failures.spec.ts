/** What goes wrong is said in words, with what to do, and the session stays. */
import { expect, type Page, test } from "@playwright/test";
import { generate, items, open, plays, time } from "./session";
import { Wire } from "./wire";

async function refuse(page: Page, status: number, slug: string) {
  await page.route("**/api/workouts", (route) =>
    route.fulfill({
      status,
      contentType: "application/problem+json",
      headers: { "retry-after": "3" },
      body: JSON.stringify({
        type: `/problems/${slug}`,
        title: slug,
        status,
        detail: "In English.",
      }),
    }),
  );
}

const KNOWN = [
  [503, "capacity", "The server is busy"],
  [500, "render-failed", "The video could not be made"],
  [504, "render-timeout", "The video took too long"],
  [422, "invalid-request", "These settings do not fit together"],
  [422, "link-too-long", "Too many exercises"],
  [500, "anything", "That did not work"],
] as const;

for (const [status, slug, words] of KNOWN) {
  test(`a refusal is said in words: ${slug}`, async ({ page }) => {
    await open(page, ["push-ups", "plank"]);
    await refuse(page, status, slug);
    await generate(page).click();
    await expect(page.getByRole("alert").filter({ hasText: words })).toBeVisible();
    await expect(items(page)).toHaveCount(2);
    await page.unroute("**/api/workouts");
    await generate(page).click();
    await plays(page);
  });
}

test("a server that is not there is said to be so", async ({ page }) => {
  await open(page, ["push-ups"]);
  await page.route("**/api/workouts", (route) => route.abort());
  await generate(page).click();
  const alert = page.getByRole("alert").filter({ hasText: "The server does not answer" });
  await expect(alert).toBeVisible();
  await expect(items(page)).toHaveCount(1);
});

test("without a server the first picture says so, and is no black hole", async ({ page }) => {
  await page.route("**/api/exercises", (route) => route.abort());
  await page.goto("/");
  const player = page.getByRole("region", { name: "Player" });
  await expect(player.getByText("The server does not answer")).toBeVisible();
  const shot = await player.screenshot();
  const brightest = await page.evaluate(async (png) => {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas?.drawImage(image, 0, 0);
    // Right of the words.
    const { data } = canvas?.getImageData(image.width * 0.7, 40, 100, 100) ?? { data: [] };
    return Math.max(...Array.from(data).filter((_, at) => at % 4 === 1));
  }, shot.toString("base64"));
  expect(brightest).toBeGreaterThan(60);
});

test("a link that was cut is said to be so", async ({ page }) => {
  await page.goto("/?workout=AgDwogQAlgHYBFoB");
  await expect(page.getByRole("alert").filter({ hasText: "This link is not whole" })).toBeVisible();
});

test("a connection that is lost comes back, and the workout goes on where it was", async ({
  page,
  baseURL,
}) => {
  test.slow();
  const wire = await Wire.to(baseURL ?? "");
  try {
    // As while loops are prepared: of the stream no more is there than what is played soon, while a
    // file of this size would have come whole at once.
    const unready = { status: 503, headers: { "retry-after": "2" } };
    await page.route("**/video.mp4", (route) =>
      route.request().method() === "HEAD" ? route.fulfill(unready) : route.continue(),
    );
    await open(page, ["jumping-jack", "skater"], { work: 60 }, wire.url);
    await generate(page).click();
    await plays(page);
    wire.cut();
    // To eight tenths of 128 s: nothing of that has come.
    await page.keyboard.press("8");
    await expect(page.getByText(/Connection lost/).first()).toBeVisible({ timeout: 30_000 });
    await page.unroute("**/video.mp4");
    wire.mend();
    await expect.poll(() => time(page), { timeout: 60_000 }).toBeGreaterThan(102.9);
    await expect(page.getByTestId("exercise")).toContainText("Skater");
    await expect(page.getByText(/Connection lost/)).toHaveCount(0);
  } finally {
    wire.cut();
    await wire.close();
  }
});
