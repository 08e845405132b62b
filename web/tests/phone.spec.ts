/** A workout on a phone, upright and on its side; and in full screen. */
import { expect, type Page, test } from "@playwright/test";
import { generate, open, plays } from "./session";

const UPRIGHT = { width: 390, height: 844 };
const ON_ITS_SIDE = { width: 844, height: 390 };

const stage = (page: Page) => page.locator("[data-stage]");

/** The part of the picture that is on the screen and under nothing, by a grid of points. */
const seen = (page: Page) =>
  page.evaluate(() => {
    const stage = document.querySelector("[data-stage]") as Element;
    const { left, top, width, height } = stage.getBoundingClientRect();
    let free = 0;
    for (let x = 1; x < 20; x++) {
      for (let y = 1; y < 20; y++) {
        const at = document.elementFromPoint(left + (width * x) / 20, top + (height * y) / 20);
        if (at !== null && stage.contains(at)) free += 1;
      }
    }
    return free / 361;
  });

/** Width of the trainer's picture, which lies in bars where its shape is another. */
const pictureWidth = (page: Page) =>
  page.locator("video").evaluate((video: HTMLVideoElement) => {
    const { width, height } = video.getBoundingClientRect();
    return Math.min(width, (height * video.videoWidth) / video.videoHeight);
  });

test.describe("on a phone", () => {
  test.use({ viewport: ON_ITS_SIDE, hasTouch: true, isMobile: true });

  test("on its side, nothing covers a workout that plays", async ({ page }) => {
    await open(page, ["plank"], { work: 20 });
    await generate(page).click();
    await plays(page);
    await expect.poll(() => seen(page)).toBe(1);
    const box = await stage(page).boundingBox();
    expect(box?.height).toBe(ON_ITS_SIDE.height);
    expect(box?.width).toBe(ON_ITS_SIDE.width);
  });

  test("upright, a portrait workout is not smaller than a landscape one", async ({ page }) => {
    test.slow();
    await page.setViewportSize({ width: 360, height: 640 });
    await open(page, ["plank"], { work: 20, orientation: "portrait" });
    await generate(page).click();
    await plays(page);
    await expect.poll(() => seen(page)).toBe(1);
    expect(await pictureWidth(page)).toBeGreaterThanOrEqual(328);
  });

  test("upright, full screen uses the screen: the words have the room below the picture", async ({
    page,
  }) => {
    await page.setViewportSize(UPRIGHT);
    await open(page, ["plank"], { work: 20 });
    await generate(page).click();
    await plays(page);
    await stage(page).evaluate((element) => element.requestFullscreen());
    await expect.poll(async () => (await stage(page).boundingBox())?.height).toBe(UPRIGHT.height);
    const [video, title, timer] = await Promise.all(
      [page.locator("video"), page.getByTestId("title"), page.getByTestId("timer")].map((it) =>
        it.boundingBox(),
      ),
    );
    if (!video || !title || !timer) throw new Error("something is not shown");
    expect(video.width).toBe(UPRIGHT.width);
    expect(title.y).toBeGreaterThanOrEqual(video.y + video.height);
    expect(timer.y).toBeGreaterThanOrEqual(title.y + title.height);
    expect(timer.width).toBeGreaterThan(UPRIGHT.width / 2);
    expect(timer.y + timer.height).toBeLessThanOrEqual(UPRIGHT.height);
  });
});

test("in full screen digits are read from afar, and the picture is dark behind words only", async ({
  page,
}) => {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await open(page, ["plank"], { work: 20 });
  await generate(page).click();
  await plays(page);
  await stage(page).evaluate((element) => element.requestFullscreen());
  await expect.poll(async () => (await stage(page).boundingBox())?.width).toBe(1920);
  await page.keyboard.press("n");
  const digits = page.getByTestId("countdown");
  const size = await digits.evaluate((element) =>
    Number.parseFloat(getComputedStyle(element).fontSize),
  );
  expect(size).toBeGreaterThanOrEqual(112);

  // The same picture with the words over it and without them.
  await page.locator("video").evaluate((video: HTMLVideoElement) => video.pause());
  await page.addStyleTag({ content: "[data-stage] fieldset { visibility: hidden }" });
  await page.addStyleTag({ content: "*, ::before, ::after { transition: none !important }" });
  const words = ["title", "timer", "overlay"];
  const boxes = await Promise.all(words.map((name) => page.getByTestId(name).boundingBox()));
  const with_ = await page.screenshot();
  await page.getByTestId("overlay").evaluate((element) => {
    element.style.visibility = "hidden";
  });
  const without = await page.screenshot();
  const darker = await page.evaluate(
    async ([one, other]) => {
      const pixels = async (png: string) => {
        const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
        const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
        const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
        canvas?.drawImage(image, 0, 0);
        return canvas?.getImageData(0, 0, image.width, image.height).data ?? [];
      };
      const [a, b] = [await pixels(one as string), await pixels(other as string)];
      const places: [x: number, y: number][] = [];
      for (let at = 0; at < a.length; at += 4 * 97) {
        const dark = (b[at + 1] ?? 0) - (a[at + 1] ?? 0) > 12;
        if (dark) places.push([(at / 4) % 1920, Math.floor(at / 4 / 1920)]);
      }
      return places;
    },
    [with_.toString("base64"), without.toString("base64")],
  );
  expect(darker.length).toBeGreaterThan(50);
  const outside = darker.filter(
    ([x, y]) =>
      // The controls, which are there while it is paused, have the foot of the picture.
      y < 1080 - 100 &&
      y > 100 &&
      !boxes
        .slice(0, 2)
        .some(
          (box) =>
            box &&
            x >= box.x - 2 &&
            x <= box.x + box.width + 2 &&
            y >= box.y - 2 &&
            y <= box.y + box.height + 2,
        ),
  );
  expect(outside).toEqual([]);
});
