import { expect, test } from "vitest";
import { price } from "../src/money";
import { base64, fit, pictures } from "../src/photo";
import { Sentences } from "../src/sentences";

const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ");

test("minor units become a price in the shopper's locale", () => {
  expect(price({ amount: 4990, currency: "EUR" }, "en")).toBe("€49.90");
  expect(plain(price({ amount: 4990, currency: "EUR" }, "de"))).toBe("49,90 €");
  expect(price({ amount: 12000, currency: "EUR" }, "en")).toBe("€120");
});

test("a currency without cents keeps its amount", () => {
  expect(price({ amount: 4990, currency: "JPY" }, "en")).toBe("¥4,990");
});

test("a sentence is said once it is finished, not word by word", () => {
  const sentences = new Sentences();
  expect(sentences.add("The dress is ")).toEqual([]);
  expect(sentences.add("€49.90. It")).toEqual(["The dress is €49.90."]);
  expect(sentences.add(" comes in navy!\nAnd")).toEqual(["It comes in navy!"]);
  expect(sentences.end()).toEqual(["And"]);
  expect(sentences.end()).toEqual([]);
});

test("a photo is made to fit 1024 pixels and never enlarged", () => {
  expect(fit(4032, 3024)).toEqual([1024, 768]);
  expect(fit(3024, 4032)).toEqual([768, 1024]);
  expect(fit(300, 200)).toEqual([300, 200]);
  expect(fit(30000, 3)).toEqual([1024, 1]);
});

test("only picture files are taken from what was dropped", () => {
  const photo = new File(["x"], "a.jpg", { type: "image/jpeg" });
  expect(pictures([photo, new File(["x"], "a.pdf", { type: "application/pdf" })])).toEqual([photo]);
  expect(pictures(null)).toEqual([]);
});

test("a large photo is encoded whole", async () => {
  const bytes = new Uint8Array(100_000).map((_, at) => at % 251);
  expect(Buffer.from(await base64(new Blob([bytes])), "base64").equals(Buffer.from(bytes))).toBe(true);
});
