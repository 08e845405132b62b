/** After `next build`: tells the service worker in `out/` which files the page is made of. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

const OUT = join(import.meta.dirname, "..", "out");
const WORKER = join(OUT, "sw.js");
const PLACE = 'const BUILD = { version: "unbuilt", files: [] };';

/** The page speaks English and French: of the fonts it needs the Latin ones. */
const unneeded = (path) =>
  path === "sw.js" ||
  path.endsWith(".map") ||
  path.startsWith("404") ||
  path.startsWith("_not-found/") ||
  (path.endsWith(".woff2") && !path.includes("latin"));

const paths = readdirSync(OUT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(OUT, join(entry.parentPath, entry.name)).split(sep).join("/"))
  .filter((path) => !unneeded(path))
  .sort();

const hash = createHash("sha256");
for (const path of paths) hash.update(`${path}\n`).update(readFileSync(join(OUT, path)));
const worker = readFileSync(WORKER, "utf8");
hash.update(worker);

/** Pages are kept by the address at which they are opened. */
const files = paths.map((path) =>
  path === "index.html"
    ? ""
    : path
        .replace(/\/index\.html$/, "/")
        .split("/")
        .map(encodeURIComponent)
        .join("/"),
);
const build = JSON.stringify({ version: hash.digest("hex").slice(0, 16), files });
if (!worker.includes(PLACE)) throw new Error("sw.js has no place for the list of files");
writeFileSync(
  WORKER,
  worker.replace(PLACE, () => `const BUILD = ${build};`),
);
console.log(`The page opens offline: ${files.length} files in the service worker's list.`);
