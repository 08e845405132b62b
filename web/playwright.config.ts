/**
 * The page as its users have it: in the system's Chromium, from the real server with real FFmpeg.
 * The server is the debug build that the other tests have made already; its cache is new each time,
 * so the first workout of a run is one whose loops nobody has prepared.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";

const PORT = 8973;

function chromium(): string {
  const places = [
    process.env.COACH_CHROMIUM,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ];
  const found = places.find((place) => place && existsSync(place));
  if (!found) throw new Error("No Chromium: install it, or name it by COACH_CHROMIUM.");
  return found;
}

/** The server that the tests of the Rust side have built: `make test-web` builds it if they have not. */
function program(): string {
  const built = join(process.env.CARGO_TARGET_DIR ?? "../target", "debug/virtual-coach");
  if (!existsSync(built)) throw new Error(`${built} is not there: run \`make test-web\`.`);
  return built;
}

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  fullyParallel: false,
  // Pictures are decoded by the processor: side by side they would be late.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: {
    baseURL: `http://127.0.0.1:${PORT}`,
    locale: "en-GB",
    viewport: { width: 1440, height: 900 },
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: chromium(),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: {
    command: `rm -rf test-results/cache && ${program()} serve --bind 127.0.0.1:${PORT} --catalogue ../exercises.json --videos ../videos --cache test-results/cache --prepare false`,
    url: `http://127.0.0.1:${PORT}/ready`,
    timeout: 300_000,
    env: { COACH_LOG: "error" },
    stdout: "ignore",
    stderr: "pipe",
    gracefulShutdown: { signal: "SIGTERM", timeout: 5000 },
  },
});
