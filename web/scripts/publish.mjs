/**
 * Copies the export to `dist`, which the server's binary embeds. Apart from `out`, because that is
 * empty while it is built, and because Cargo looks at the times of files: what has not changed is
 * not written again.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const from = join(import.meta.dirname, "..", "out");
const to = join(import.meta.dirname, "..", "dist");

const files = (folder) =>
  readdirSync(folder, { recursive: true }).filter((name) => statSync(join(folder, name)).isFile());

const made = new Set(files(from));
for (const name of files(to)) {
  if (!made.has(name) && name !== ".gitignore") rmSync(join(to, name));
}
for (const name of made) {
  const data = readFileSync(join(from, name));
  const place = join(to, name);
  mkdirSync(dirname(place), { recursive: true });
  if (!statSync(place, { throwIfNoEntry: false }) || !readFileSync(place).equals(data)) {
    writeFileSync(place, data);
  }
}
