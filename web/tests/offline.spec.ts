/** The page opens without a server, once it was there. */
import { expect, test } from "@playwright/test";

test("all pages of both languages open offline", async ({ page, context }) => {
  await page.goto("/");
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await context.setOffline(true);
  const pages = {
    "/": "Train",
    "/goals/": "What do you train for?",
    "/plan/": "Your week",
    "/fr/": "Séance",
    "/fr/goals/": "Pourquoi vous entraînez-vous ?",
    "/fr/plan/": "Votre semaine",
  };
  for (const [path, title] of Object.entries(pages)) {
    const response = await page.goto(path);
    expect(response?.fromServiceWorker(), path).toBe(true);
    await expect(page.getByRole("heading", { level: 1, name: title }), path).toBeAttached();
  }
});

test("the worker keeps nothing of the server's own", async ({ page }) => {
  await page.goto("/");
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.request.get("/api/exercises");
  const kept = await page.evaluate(async () => {
    const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const requests = await Promise.all(caches_.map((cache) => cache.keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });
  expect(kept.length).toBeGreaterThan(10);
  expect(kept.filter((path) => /^\/(api|docs|health|ready|openapi)/.test(path))).toEqual([]);
});
