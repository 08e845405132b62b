/** The session's order, by mouse and by keyboard. */
import { expect, test } from "@playwright/test";
import { items, open, order } from "./session";

test.beforeEach(async ({ page }) => {
  await open(page, ["push-ups", "air-squat", "plank"]);
});

test("an exercise is dragged by the mouse", async ({ page }) => {
  const first = page.getByRole("button", { name: "Move Push-ups", exact: true });
  await first.scrollIntoViewIfNeeded();
  const from = await first.boundingBox();
  const to = await page.getByRole("button", { name: "Move Plank", exact: true }).boundingBox();
  if (!from || !to) throw new Error("nothing to drag");
  const middle = (box: typeof from) => [box.x + box.width / 2, box.y + box.height / 2] as const;
  await page.mouse.move(...middle(from));
  await page.mouse.down();
  await page.mouse.move(from.x + 10, from.y + 30, { steps: 4 });
  await page.mouse.move(...middle(to), { steps: 12 });
  await page.mouse.up();
  await expect.poll(() => order(page)).toEqual(["Air Squat", "Plank", "Push-ups"]);
});

test("an exercise is moved by the keyboard, which is told to those who listen", async ({
  page,
}) => {
  await page.getByRole("button", { name: "Move Plank", exact: true }).focus();
  await page.keyboard.press("Space");
  await expect(page.getByText("Plank lifted, 3 of 3.")).toBeAttached();
  await page.keyboard.press("ArrowUp");
  await expect(page.getByText("Plank: now 2 of 3.")).toBeAttached();
  await page.keyboard.press("Space");
  await expect.poll(() => order(page)).toEqual(["Push-ups", "Plank", "Air Squat"]);
  // A reload keeps it.
  await page.reload();
  await expect.poll(() => order(page)).toEqual(["Push-ups", "Plank", "Air Squat"]);
});

test("an exercise is duplicated, removed, and comes back", async ({ page }) => {
  await page.getByRole("button", { name: "Duplicate Air Squat" }).click();
  await expect(items(page)).toHaveCount(4);
  await page.getByRole("button", { name: "Remove Push-ups" }).click();
  await expect.poll(() => order(page)).toEqual(["Air Squat", "Air Squat", "Plank"]);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(items(page)).toHaveCount(4);
});
