// A page that React draws, with the widget in it: navigation takes it out and puts it back, and its events are heard.
// `node tests/react/page.mjs OUT_FOLDER` builds it; knows nothing about the widget's inside.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const out = process.argv[2];
const home = fileURLToPath(new URL("../..", import.meta.url));
process.env.NODE_ENV = "production";
await build({
  root: home,
  configFile: false,
  logLevel: "error",
  mode: "production",
  define: { "process.env.NODE_ENV": '"production"' },
  build: { outDir: out, emptyOutDir: false, lib: { entry: join(home, "tests/react/app.mjs"), formats: ["es"], fileName: () => "react.js" } },
});
await writeFile(
  join(out, "react.html"),
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>A React shop</title><div id="root"></div>' +
    '<script type="module" src="/widget/v1.js"></script><script type="module" src="/react.js"></script></html>\n',
);
