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

test("the loader is at most 3 KB and the panel 40 KB compressed", async () => {
  const built = await files(fresh);
  const panel = Object.keys(built).find((name) => name.startsWith("panel-"));
  expect(Object.keys(built)).toHaveLength(2);
  expect(Buffer.byteLength(built["v1.js"] ?? "")).toBeLessThanOrEqual(3 * 1024);
  expect(gzipSync(built[panel ?? ""] ?? "").length).toBeLessThanOrEqual(40 * 1024);
});

test("importing the loader where there is no page does nothing", async () => {
  await expect(import(/* @vite-ignore */ join(fresh, "v1.js"))).resolves.toBeDefined();
});
