/** What axe can find of what keeps people out; and the page by keyboard alone. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { generate, items, open, plays } from "./session";

/** Nothing at all, by every rule: also those that are still on trial, of names that are not what is seen. */
async function clean(page: Page, where: string) {
  const rules = { "label-content-name-mismatch": { enabled: true } };
  const { violations } = await new AxeBuilder({ page }).options({ rules }).analyze();
  const told = violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(" | ")}`,
  );
  expect(told, where).toEqual([]);
}

/** In both themes: the page follows the system without a reload. */
async function cleanInBoth(page: Page, where: string) {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
    // Colours are the old ones until it is painted.
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    await clean(page, `${where}, ${colorScheme}`);
  }
}

const LANGUAGES = [
  { root: "/", tabs: ["Exercises", "Quick", "Custom"], start: "Generate Training" },
  { root: "/fr/", tabs: ["Exercices", "Rapide", "Sur mesure"], start: "Lancer la séance" },
];

for (const { root, tabs, start } of LANGUAGES) {
  test(`axe finds nothing on ${root}`, async ({ page }) => {
    test.slow();
    await open(page, ["push-ups", "side-plank"], {}, root);
    for (const tab of tabs) {
      await page.getByRole("tab", { name: tab }).click();
      await cleanInBoth(page, tab);
    }
    await page.getByRole("button", { name: start }).click();
    await plays(page);
    await cleanInBoth(page, "playing");
    await page.getByRole("button", { name: /^(Download|Télécharger)$/ }).click();
    await cleanInBoth(page, "download");
    await page.keyboard.press("Escape");
    for (const path of ["goals/", "plan/"]) {
      await page.goto(root + path);
      await expect(page.getByRole("heading", { level: 1 })).toBeAttached();
      await page.waitForLoadState("networkidle");
      await cleanInBoth(page, path);
    }
  });
}

test("axe finds nothing where there is no page", async ({ page }) => {
  await page.goto("/nothing");
  await cleanInBoth(page, "nothing");
});

test("what is announced is what is meant", async ({ page }) => {
  await open(page, []);
  await expect(page.getByRole("button", { name: "FR – Français" })).toBeVisible();
  await page.getByRole("button", { name: /^Surprise me: 20 min$/ }).focus();
  await page.keyboard.press("Enter");
  // The button is gone: the focus is where one goes next.
  await expect(generate(page)).toBeFocused();
  await expect(generate(page)).toHaveAttribute("aria-disabled", "false");
  await page.keyboard.press("Enter");
  await plays(page);
  await expect(page.getByRole("slider", { name: "Volume" })).toHaveValue("100");
});

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

for (const width of [320, 390, 820, 1440]) {
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
    for (const path of ["/", "/goals/", "/plan/", "/fr/", "/fr/goals/", "/fr/plan/"]) {
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

for (const { root, start } of LANGUAGES) {
  test(`nothing lies over anything else on small phones, ${root}`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    await open(page, ["jump-squat", "side-plank", "mountain-climber"], {}, root);
    await expect(page.getByText(/^0:\d\d$/).first()).toBeVisible();
    // Never answered: what is said meanwhile stays.
    await page.route("**/api/workouts", () => undefined);
    const apart = async (rows: Locator, one: string, other: string) => {
      const boxes = await rows.evaluateAll(
        (rows, [one, other]) =>
          rows.map((row) =>
            [one, other].map((name) => {
              // Of words and pictures, not of the box that they may stick out of; and of those that are seen.
              const whole = row.querySelector(name as string) as Element;
              const seen = [whole, ...whole.querySelectorAll("*")].filter(
                (it) => it.getBoundingClientRect().width > 1,
              );
              const rects = seen.flatMap((element) =>
                [element, ...element.childNodes].flatMap((node) => {
                  const range = document.createRange();
                  if (node instanceof Text) range.selectNodeContents(node);
                  else if (node instanceof SVGElement) range.selectNode(node);
                  else return [];
                  return [range.getBoundingClientRect()].filter(({ width }) => width > 0);
                }),
              );
              return {
                left: Math.min(...rects.map(({ left }) => left)),
                right: Math.max(...rects.map(({ right }) => right)),
                top: Math.min(...rects.map(({ top }) => top)),
                bottom: Math.max(...rects.map(({ bottom }) => bottom)),
              };
            }),
          ),
        [one, other],
      );
      expect(boxes.length).toBeGreaterThan(0);
      for (const [a, b] of boxes) {
        if (!a || !b) throw new Error("nothing to compare");
        const over = a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
        expect(over, `${width} px: ${one} over ${other}`).toBe(false);
      }
    };
    let width = 0;
    const bar = page.getByRole("region", { name: /^Total/ });
    for (width of [390, 360, 320]) {
      await page.setViewportSize({ width, height: 640 });
      await apart(bar, "[data-testid=totals]", "[data-testid=start]");
      await apart(items(page), "[data-testid=name]", "[data-testid=actions]");
      await apart(items(page), "[data-testid=marks]", "[data-testid=actions]");
    }
    await page.getByRole("button", { name: start }).click();
    await expect(page.getByRole("button", { name: /^(Planning|Préparation)$/ })).toBeVisible();
    for (width of [320, 360, 390]) {
      await page.setViewportSize({ width, height: 640 });
      await apart(bar, "[data-testid=totals]", "[data-testid=start]");
    }
  });
}
