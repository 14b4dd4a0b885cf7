// @vitest-environment node
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { build } from "vite";

const home = fileURLToPath(new URL("..", import.meta.url));
let fresh: string;

async function files(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const)));
}

beforeAll(async () => {
  fresh = await mkdtemp(join(tmpdir(), "widget-"));
  // The mode is part of what is built; a test run would otherwise leave "test" in it.
  process.env["NODE_ENV"] = "production";
  await build({ root: home, mode: "production", logLevel: "silent", build: { outDir: fresh, emptyOutDir: true } });
});
afterAll(() => rm(fresh, { recursive: true }));

test("the committed bundle is what the source builds", async () => {
  expect(await files(join(home, "dist"))).toEqual(await files(fresh));
});

/** What is fetched with a file before it can run: itself and its static imports. */
function weight(built: Record<string, string>, name: string, seen = new Set<string>()): number {
  if (seen.has(name)) return 0;
  seen.add(name);
  const text = built[name] ?? "";
  const imports = [...text.matchAll(/(?:import|from)\s*"\.\/([^"]+\.js)"/g)].map((found) => found[1] ?? "");
  return gzipSync(text).length + imports.reduce((sum, one) => sum + weight(built, one, seen), 0);
}

test("the loader is at most 3 KB, the chat 30 KB and each later part 12 KB, compressed", async () => {
  const built = await files(fresh);
  const named = (start: string): string => Object.keys(built).find((name) => name.startsWith(`${start}-`)) ?? "";
  expect(weight(built, "v1.js")).toBeLessThanOrEqual(3 * 1024);
  const loaded = new Set<string>(["v1.js"]);
  const chat = weight(built, named("panel"), loaded) + gzipSync(built[named("ar")] ?? "").length;
  expect(chat).toBeLessThanOrEqual(30 * 1024);
  for (const part of ["boards", "commerce", "wishes"]) {
    expect(weight(built, named(part), new Set(loaded))).toBeLessThanOrEqual(12 * 1024);
  }
});

test("importing the loader where there is no page does nothing", async () => {
  await expect(import(/* @vite-ignore */ join(fresh, "v1.js"))).resolves.toBeDefined();
});
