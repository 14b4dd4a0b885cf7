import { expect, test } from "vitest";
import { languages, type Words, wordsFor } from "../src/words";

test.each(["en", "de", "fr", "it", "es"])("%s has every word", (language) => {
  const words = languages[language] as Words;
  for (const [key, word] of Object.entries(words) as [keyof Words, unknown][]) {
    const said = typeof word === "function" ? (word as (...all: unknown[]) => string)("1", 2) : String(word);
    expect(said, key).not.toBe("");
    expect(said, key).not.toContain("undefined");
  }
});

test("a region's locale finds its language, an unknown one English", () => {
  expect(wordsFor("de-AT").send).toBe("Senden");
  expect(wordsFor("FR_ca").send).toBe("Envoyer");
  expect(wordsFor("nl").send).toBe("Send");
});

test("one product is said in the singular", () => {
  expect(wordsFor("en").shown(1)).toBe("1 product shown");
  expect(wordsFor("en").shown(6)).toBe("6 products shown");
});
