import { expect, test } from "vitest";
import { languages, rightToLeft, wordsFor } from "../src/words";

function said(word: unknown): string[] {
  if (typeof word === "function") return [(word as (...all: unknown[]) => string)("1", 2, 3)];
  if (typeof word === "object" && word !== null) return Object.values(word).flatMap(said);
  return [String(word)];
}

test.each(["en", "de", "fr", "it", "es", "ar"])("%s has every word", async (language) => {
  const words = await wordsFor(language);
  for (const [key, word] of Object.entries(words)) {
    for (const text of said(word)) {
      expect(text, key).not.toBe("");
      expect(text, key).not.toContain("undefined");
    }
  }
});

test("six languages are there, and none is English under another name", async () => {
  expect(Object.keys(languages)).toEqual(["en", "de", "fr", "it", "es", "ar"]);
  const greetings = await Promise.all(Object.keys(languages).map(async (code) => (await wordsFor(code)).greeting));
  expect(new Set(greetings).size).toBe(6);
});

test("a region's locale finds its language, an unknown one English", async () => {
  expect((await wordsFor("de-AT")).send).toBe("Senden");
  expect((await wordsFor("FR_ca")).send).toBe("Envoyer");
  expect((await wordsFor("nl")).send).toBe("Send");
  expect((await wordsFor("constructor")).send).toBe("Send");
});

test("one product is said in the singular", async () => {
  const { shown } = await wordsFor("en");
  expect(shown(1)).toBe("1 product shown");
  expect(shown(6)).toBe("6 products shown");
});

test("Arabic runs right to left, and a locale that only begins like it doesn't", () => {
  expect(rightToLeft("ar-EG")).toBe(true);
  expect(rightToLeft("arn")).toBe(false);
  expect(rightToLeft("de")).toBe(false);
});
