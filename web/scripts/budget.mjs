/** Fails when a page's first load takes more JavaScript than we promise, by bytes as they are sent. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const OUT = join(import.meta.dirname, "..", "out");
const BUDGET = 300_000;

const pages = readdirSync(OUT, { recursive: true }).filter((name) => name.endsWith("index.html"));
let over = false;
for (const page of pages) {
  const html = readFileSync(join(OUT, page), "utf8");
  // What the page names, as script or for later; but the code for browsers without modules.
  const tags = html.match(/<(?:script|link)\b[^>]*\.js"[^>]*>/g) ?? [];
  const named = tags
    .filter((tag) => !/nomodule/i.test(tag))
    .map((tag) => tag.match(/\/_next\/[^"]+\.js/)?.[0]);
  const files = [...new Set(named)].filter((name) => name !== undefined);
  const bytes = files.reduce(
    (sum, name) => sum + gzipSync(readFileSync(join(OUT, name))).length,
    0,
  );
  if (bytes === 0) throw new Error(`${page} names no script: the budget is blind`);
  console.log(`${(bytes / 1000).toFixed(0).padStart(4)} KB  ${page}`);
  over ||= bytes > BUDGET;
}
if (over) {
  console.error(
    `More than ${BUDGET / 1000} KB of JavaScript at the first load: load later what is not seen at once.`,
  );
  process.exit(1);
}
