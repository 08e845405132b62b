/** Everything in French, and the way there. */
import { type APIRequestContext, expect, type Page, test } from "@playwright/test";
import { open, plays } from "./session";

test("the French page is French, exercises and instructions too", async ({ page }) => {
  await page.goto("/fr/");
  await expect(page.locator("html")).toHaveAttribute("lang", "fr");
  await expect(page.getByRole("button", { name: /Générer|Lancer|Créer/ }).first()).toBeVisible();
  await page.getByRole("button", { name: "Ajouter Marche sur place" }).click();
  await expect(
    page.getByRole("listitem").filter({ hasText: "Marche sur place" }).first(),
  ).toBeVisible();
  const words = await page.getByRole("main").textContent();
  expect(words).not.toMatch(/\b(Exercises|Generate|Session|Rest|Work|Settings|Search|Easy|Hard)\b/);
});

/** The captions of the video, once they are switched on. */
async function captions(page: Page) {
  await page.keyboard.press("c");
  const read = () =>
    page.locator("video").evaluate(({ textTracks: [track] }: HTMLVideoElement) => ({
      language: track?.language,
      label: track?.label,
      first: (track?.cues?.[0] as VTTCue | undefined)?.text,
    }));
  await expect.poll(async () => (await read()).first).toBeDefined();
  return read();
}

test("a workout that is made on the French page says everything in French", async ({ page }) => {
  await open(page, ["push-ups", "plank"], {}, "/fr/");
  const made = page.waitForResponse(
    (response) => response.url().endsWith("/api/workouts") && response.status() === 201,
  );
  await page.getByRole("button", { name: "Lancer la séance" }).click();
  const response = await made;
  expect(response.request().postDataJSON().config.language).toBe("fr");
  // The file to be saved is this one: its bar and its tracks are in the workout's language.
  const workout = await response.json();
  const saved = await (await page.request.get(workout.links.with_hud)).json();
  expect(saved).toMatchObject({ language: "fr", exercises: ["Pompes", "Planche"] });
  await plays(page);
  expect(await captions(page)).toEqual({
    language: "fr",
    label: "Français",
    first: "Préparez-vous, 0:02\nEnsuite\u00a0: Pompes",
  });
});

/** The address of a workout that somebody made in a language. */
async function shared(request: APIRequestContext, language: string): Promise<string> {
  const intervals = { work_time: 4, rest_time: 2, get_ready: 2 };
  const config = { language, intervals, resolution: "480p" };
  const body = { exercise_names: ["Push-ups", "Plank"], config };
  const made = await (await request.post("/api/workouts", { data: body })).json();
  return made.links.without_hud.split("/").at(-1);
}

test("a link shows its workout in the language of the page, not of who made it", async ({
  page,
  request,
}) => {
  const play = (region: string, name: string) =>
    page.getByRole("region", { name: region }).getByRole("button", { name }).first().click();
  await page.goto(`/fr/?workout=${await shared(request, "en")}`);
  await play("Lecteur", "Lire");
  await plays(page);
  await expect(page.getByTestId("exercise")).toContainText("Pompes");
  const french = await captions(page);
  expect(french).toMatchObject({ language: "fr", label: "Français" });
  expect(french.first).toContain("Préparez-vous");

  await page.goto(`/?workout=${await shared(request, "fr")}`);
  await play("Player", "Play");
  await plays(page);
  await expect(page.getByTestId("exercise")).toContainText("Push-ups");
  // They stay switched on.
  const first = () =>
    page
      .locator("video")
      .evaluate(
        ({ textTracks: [track] }: HTMLVideoElement) =>
          (track?.cues?.[0] as VTTCue | undefined)?.text,
      );
  await expect.poll(first).toBe("Get ready, 0:02\nNext: Push-ups");
});

test("the language is changed on the page, and remembered", async ({ page }) => {
  await page.goto("/goals/");
  await page.getByRole("button", { name: /Français/ }).click();
  await expect(page).toHaveURL(/\/fr\/goals\/$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(
    "Pourquoi vous entraînez-vous ?",
  );
  await page.goto("/");
  await expect(page).toHaveURL(/\/fr\/$/);
});

test.describe("in a French browser", () => {
  test.use({ locale: "fr-FR" });
  test("the first visit is in French, and English can be chosen", async ({ page }) => {
    await page.goto("/");
    await expect(page).toHaveURL(/\/fr\/$/);
    await page.getByRole("button", { name: /English/ }).click();
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await expect(page).not.toHaveURL(/fr/);
  });
});

test.describe("at an address that there is not", () => {
  test.use({ locale: "fr-FR" });
  test("a page says so in both languages, and stays", async ({ page }) => {
    const response = await page.goto("/fr/nothing");
    expect(response?.status()).toBe(404);
    await expect(page.getByRole("heading", { name: "Cette page n’existe pas" })).toBeVisible();
    await expect(page).toHaveURL(/\/fr\/nothing$/);
    await page.getByRole("link", { name: "Vers la première page" }).click();
    await expect(page).toHaveURL(/\/fr\/$/);
  });
});
