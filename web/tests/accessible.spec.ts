/** What axe can find of what keeps people out; and the page by keyboard alone. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { generate, items, open, plays } from "./session";

async function clean(page: Page, where: string) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  expect(told, where).toEqual([]);
}

for (const theme of ["light", "dark"] as const) {
  test(`axe finds nothing serious, ${theme}`, async ({ page }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await open(page, ["push-ups", "side-plank"]);
    for (const tab of ["Exercises", "Quick", "Custom"]) {
      await page.getByRole("tab", { name: tab }).click();
      await clean(page, tab);
    }
    await generate(page).click();
    await plays(page);
    await clean(page, "playing");
    for (const path of ["/goals/", "/plan/", "/fr/", "/fr/goals/", "/fr/plan/"]) {
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 })).toBeAttached();
      await page.waitForLoadState("networkidle");
      await clean(page, path);
    }
  });
}

test("a workout is made by the keyboard alone", async ({ page }) => {
  await open(page, []);
  const press = async (name: string | RegExp) => {
    const target = page.getByRole("button", { name }).first();
    await expect(target).toBeEnabled();
    await target.focus();
    await expect(target).toBeFocused();
    await page.keyboard.press("Enter");
  };
  await press("Add March in Place");
  await expect(items(page)).toHaveCount(1);
  await press("Generate Training");
  await plays(page);
  await page.keyboard.press("Space");
  const paused = () => page.locator("video").evaluate((video: HTMLVideoElement) => video.paused);
  await expect.poll(paused).toBe(true);
});

for (const width of [390, 820, 1440]) {
  test(`nothing is cut off or moves at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.addInitScript(() => {
      (window as unknown as { shift: number }).shift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          const { value, hadRecentInput } = entry as PerformanceEntry & {
            value: number;
            hadRecentInput: boolean;
          };
          if (!hadRecentInput) (window as unknown as { shift: number }).shift += value;
        }
      }).observe({ type: "layout-shift", buffered: true });
    });
    for (const path of ["/", "/goals/", "/plan/", "/fr/", "/fr/plan/"]) {
      await page.goto(path);
      await page.waitForLoadState("networkidle");
      const { wide, shift } = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        shift: (window as unknown as { shift: number }).shift,
      }));
      expect(wide, `${path} is wider than the window`).toBeLessThanOrEqual(0);
      expect(shift, `layout shift of ${path}`).toBeLessThan(0.05);
    }
  });
}
