/** Goals, the week that is made of them, and a session of it in Train. */
import { readFile } from "node:fs/promises";
import { expect, test } from "@playwright/test";
import { items } from "./session";

test("a week comes from the goals, opens in Train and goes into a calendar", async ({ page }) => {
  await page.goto("/goals/");
  await page.getByRole("radio", { name: /Strength/ }).click();
  await page.getByRole("link", { name: "Plan" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Your week" })).toBeVisible();
  const starts = page.getByRole("button", { name: /^Open in Train: / });
  await expect(starts).toHaveCount(3);

  await page.getByRole("button", { name: "Add to calendar" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "Next week" }).click();
  // What the code for the phone says of such an address, this says too.
  await expect(dialog.getByText("an address that only this computer knows")).toBeVisible();
  const saving = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Save calendar file" }).click();
  const file = await (await saving).path();
  const calendar = await readFile(file, "utf8");
  expect(calendar.match(/BEGIN:VEVENT/g)).toHaveLength(3);
  expect(calendar).toContain("?workout=");
  await page.keyboard.press("Escape");

  await starts.first().click();
  await expect(page).toHaveURL(/\/$/);
  await expect(items(page).first()).toBeVisible();
  await expect(page.getByText("From your week")).toBeVisible();
});

test("surprise me fills a session of exactly that length", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: "Surprise me: 20 min" }).click();
  await expect(page.getByText("Chosen for you: exactly 20 min")).toBeVisible();
  await expect(page.getByText("20:00").first()).toBeVisible();
  expect(await items(page).count()).toBeGreaterThan(3);
});
