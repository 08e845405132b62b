/** Everything in French, and the way there. */
import { expect, test } from "@playwright/test";

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
