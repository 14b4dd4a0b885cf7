import { beforeEach, expect, test } from "vitest";
import { render } from "lit";
import { Api } from "../src/api";
import { Card } from "../src/card";
import { rich } from "../src/rich";
import type { Product } from "../src/wire";
import { wordsFor } from "../src/words";
import { eur, product } from "./help";

async function card(of: Product): Promise<Card> {
  const element = document.createElement("shopper-card") as Card;
  Object.assign(element, { product: of, api: new Api("https://shop.test"), words: await wordsFor("en"), locale: "en", inCart: () => 0 });
  document.body.append(element);
  await element.updateComplete;
  return element;
}
const text = (element: Element, selector: string): string =>
  element.querySelector(selector)?.textContent?.replace(/\s+/g, " ").trim() ?? "";
const press = async (element: Card, selector: string): Promise<void> => {
  element.querySelector<HTMLButtonElement>(selector)?.click();
  await element.updateComplete;
};

beforeEach(() => document.body.replaceChildren());

test("a card shows brand, title, sale price, colour and reason", async () => {
  const element = await card(product());
  expect(text(element, ".brand")).toBe("Atelier");
  expect(text(element, "h3")).toBe("Wrap dress");
  expect(text(element, "ins")).toBe("€119");
  expect(text(element, "del")).toBe("€149");
  expect(text(element, ".color")).toContain("navy");
  expect(text(element, ".because")).toBe("linen · under €150");
  expect(element.querySelector("img")?.getAttribute("src")).toBe("https://shop.test/media/dress.webp");
});

test("only what the shop didn't confirm in time is said to be unconfirmed", async () => {
  expect(text(await card(product({ confirmed: false })), ".unconfirmed")).toBe("price and stock not confirmed");
  expect((await card(product({ confirmed: true }))).querySelector(".unconfirmed")).toBeNull();
  expect((await card(product())).querySelector(".unconfirmed")).toBeNull();
});

test("a product at its regular price has nothing struck out", async () => {
  const variants = product().variants.map((variant) => ({ ...variant, regular_price: null }));
  const element = await card(product({ regular_price: null, variants }));
  expect(element.querySelector("del")).toBeNull();
});

test("sold-out sizes can't be chosen", async () => {
  const element = await card(product());
  const sizes = [...element.querySelectorAll<HTMLButtonElement>(".size")];
  expect(sizes.map((size) => [size.textContent, size.disabled])).toEqual([["S", true], ["M", false], ["L", false]]);
  expect(sizes[0]?.getAttribute("aria-label")).toBe("S, sold out");
});

test("nothing is added before a size is chosen", async () => {
  const element = await card(product());
  const asked: string[] = [];
  element.addEventListener("card-add", (event) => asked.push((event as CustomEvent).detail.variant.id));
  await press(element, ".add");
  expect(asked).toEqual([]);
  expect(text(element, ".size-note")).toBe("Choose a size first");
  await press(element, ".size:not([disabled])");
  expect(text(element, ".size-note")).toBe("Only 2 left");
  await press(element, ".add");
  expect(asked).toEqual(["dress-M"]);
});

test("a product without sizes needs no choice", async () => {
  const [only] = product().variants;
  const element = await card(product({ variants: [{ ...only!, size: null, availability: { available: true, quantity: 4 } }] }));
  expect(element.querySelector(".sizes")).toBeNull();
  expect(element.variant?.id).toBe("dress-S");
});

test("a product that is sold out says so", async () => {
  const variants = product().variants.map((one) => ({ ...one, availability: { available: false, quantity: 0 } }));
  const element = await card(product({ variants }));
  expect(text(element, ".add")).toBe("sold out");
  expect(element.querySelector<HTMLButtonElement>(".add")?.disabled).toBe(true);
});

test("sizes of different prices are priced from the lowest, then by the chosen one", async () => {
  const variants = product().variants.map((one, at) => ({ ...one, regular_price: null, price: eur(10000 + at * 1000) }));
  const element = await card(product({ variants, regular_price: null, price_range: { min: eur(10000), max: eur(12000) } }));
  expect(text(element, ".price")).toBe("from €100");
  await press(element, ".size:not([disabled])");
  expect(text(element, ".price")).toBe("€110");
});

test("a link that isn't of the web is no link", async () => {
  const element = await card(product({ url: "javascript:alert(1)" }));
  expect(element.querySelector("a")).toBeNull();
  expect(text(element, "h3")).toBe("Wrap dress");
});

test("the assistant's words can't bring markup", () => {
  const box = document.createElement("div");
  render(rich("Two **good** ones:\n- <img src=x onerror=alert(1)>\n- [link](javascript:x)"), box);
  expect(box.querySelector("strong")?.textContent).toBe("good");
  expect(box.querySelectorAll("li")).toHaveLength(2);
  expect(box.querySelector("img, a")).toBeNull();
  expect(box.textContent).toContain("<img src=x");
});
