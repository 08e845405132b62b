/** The OpenAPI page under its policy: it draws itself, and a request can be tried from it. */
import { expect, test } from "@playwright/test";

test("the OpenAPI page works, and loads nothing that its policy forbids", async ({ page }) => {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto("/docs/");
  const health = page.locator("#operations-server-health");
  await health.getByRole("button").first().click();
  await health.getByRole("button", { name: "Try it out" }).click();
  await health.getByRole("button", { name: "Execute" }).click();
  await expect(health.locator(".live-responses-table")).toContainText("healthy");
  expect(complaints).toEqual([]);
});
