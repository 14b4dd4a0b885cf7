// Builds dist/v1.js (the loader a shop embeds) and dist/panel-<hash>.js (the chat, loaded on first use).
import { defineConfig } from "vitest/config";

export default defineConfig({
  build: {
    target: "es2022",
    cssTarget: ["chrome123", "firefox121", "safari17.5"], // the first that know light-dark()
    lib: { entry: "src/v1.ts", formats: ["es"], fileName: () => "v1.js" },
    cssMinify: true,
    minify: true,
    sourcemap: false,
    rolldownOptions: {
      output: { chunkFileNames: "[name]-[hash].js", minify: true },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    css: true,
  },
});
