import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Api } from "../src/api";
import "../src/boards";
import type { Comparison, Look } from "../src/wire";
import { minor } from "../src/wishes";
import { type Words, wordsFor } from "../src/words";
import { type Asked, eur, json, problem, product, server } from "./help";

let words: Words;
let asked: Asked[];
beforeEach(async () => (words = await wordsFor("en")));
afterEach(() => document.body.replaceChildren());

async function place(name: string, given: object, answer: (asked: Asked) => Response = () => json({})): Promise<HTMLElement> {
  const fake = server(answer);
  asked = fake.asked;
  const element = document.createElement(name);
  Object.assign(element, { api: new Api("https://shop.test", null, fake.request), words, locale: "en", inCart: () => 0, ...given });
  document.body.append(element);
  await (element as unknown as { updateComplete: Promise<boolean> }).updateComplete;
  return element;
}
const heard = (element: HTMLElement, name: string) => {
  const details: unknown[] = [];
  element.addEventListener(name, (event) => details.push((event as CustomEvent).detail));
  return details;
};
const press = (element: HTMLElement, label: string): void =>
  [...element.querySelectorAll("button")].find((one) => one.textContent?.trim() === label)!.click();
const value = (element: HTMLElement, name: string, text: string): void => {
  element.querySelector<HTMLInputElement>(`[name="${name}"]`)!.value = text;
};
const submit = (element: HTMLElement): void => void element.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));

const shoes = product({ id: "shoes", title: "Sandals", variants: [{ ...product().variants[1]!, id: "shoes-39", size: "39" }], regular_price: null });
const scarf = product({ id: "scarf", title: "Scarf", variants: [{ ...product().variants[1]!, id: "scarf-one", size: null }] });

test("a comparison is a table whose differing rows stand out, and says what isn't stated", async () => {
  const data: Comparison = {
    products: [product(), shoes],
    rows: [{ label: "Material", values: ["linen", null], differs: true }, { label: "Season", values: ["summer", "summer"], differs: false }],
  };
  const element = await place("shopper-compare", { data });
  expect(element.querySelectorAll("thead th[scope=col]")).toHaveLength(2);
  expect([...element.querySelectorAll("tbody th")].map((one) => one.textContent)).toEqual(["Material", "Season"]);
  expect(element.querySelectorAll("tr.differs")).toHaveLength(1);
  expect(element.querySelector(".unstated")?.textContent).toBe("not stated");
});

test("a compared product with sizes isn't added until one is chosen", async () => {
  const data: Comparison = { products: [product(), shoes], rows: [] };
  const element = await place("shopper-compare", { data });
  const added = heard(element, "card-add") as { variant: { id: string } }[];
  press(element, "Add to cart");
  await vi.waitFor(() => expect(element.querySelector("[role=alert]")?.textContent).toBe("Choose a size first"));
  expect(added).toEqual([]);
  const select = element.querySelector("select")!;
  expect([...select.options].map((option) => option.disabled)).toEqual([false, true, false, false]);
  select.value = "dress-L";
  select.dispatchEvent(new Event("change"));
  press(element, "Add to cart");
  expect(added[0]?.variant.id).toBe("dress-L");
});

test("a look is added as a whole once each piece has its size", async () => {
  const data: Look = { id: "l", title: "For a garden party", products: [product(), scarf], total: eur(18800), image: "/boards/l.webp" };
  const element = await place("shopper-look", { data });
  const added = heard(element, "look-add") as { variants: { id: string }[] }[];
  expect(element.querySelector<HTMLImageElement>(".board")?.src).toBe("https://shop.test/boards/l.webp");
  expect(element.textContent).toContain("€188");
  press(element, "Add all to cart");
  await vi.waitFor(() => expect(element.querySelector("[role=alert]")?.textContent).toBe("Choose a size for each piece first"));
  expect(element.querySelectorAll("select")).toHaveLength(1);
  element.querySelector("select")!.value = "dress-M";
  element.querySelector("select")!.dispatchEvent(new Event("change"));
  press(element, "Add all to cart");
  expect(added[0]?.variants.map(({ id }) => id)).toEqual(["dress-M", "scarf-one"]);
});

const chips = [
  { field: "price.max", value: "15000", label: "under €150" },
  { field: "colors", value: "navy", label: "navy" },
  { field: "sizes", value: "M", label: "size M" },
];
const editor = (at: number) => place("shopper-chip-editor", { chip: chips[at], chips, products: [product()] });

test("a price is edited as the amounts that people write", async () => {
  const element = await editor(0);
  const said = heard(element, "chip-edit");
  expect(element.querySelector<HTMLInputElement>('[name="price.max"]')!.value).toBe("150");
  value(element, "price.min", "abc");
  submit(element);
  expect(said).toEqual([]);
  value(element, "price.min", "");
  value(element, "price.max", "99,90");
  submit(element);
  expect(said).toEqual([{ said: "“– €99.90” instead of “under €150”", edit: { set: { price: { min: null, max: 9990 } } } }]);
});

test("a colour or size is replaced by another that is pressed", async () => {
  const colors = await editor(1);
  const said = heard(colors, "chip-edit");
  press(colors, "red");
  expect(said).toEqual([{ said: "“red” instead of “navy”", edit: { set: { colors: ["red"] } } }]);
  const sizes = await editor(2);
  const more = heard(sizes, "chip-edit");
  press(sizes, "L");
  expect(more).toEqual([{ said: "“L” instead of “size M”", edit: { set: { sizes: ["L"] } } }]);
});

test("Escape closes the editor and nothing around it", async () => {
  const element = await editor(1);
  const done = heard(element, "done");
  const outside = vi.fn();
  document.body.addEventListener("keydown", outside, { once: true });
  element.querySelector("form")!.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  expect(done).toHaveLength(1);
  expect(outside).not.toHaveBeenCalled();
});

test("what is remembered is read, changed and forgotten", async () => {
  const kept = { enabled: false, sizes: ["M"], brands: [], budget: null, dislikes: [] };
  const element = await place("shopper-preferences", { thread: "t1" }, ({ method, path, body }) =>
    method === "DELETE" ? new Response(null, { status: 204 }) : json(path.endsWith("/cart") ? { currency: "JPY" } : (body ?? kept)));
  await vi.waitFor(() => expect(element.querySelector<HTMLInputElement>("[name=sizes]")?.value).toBe("M"));
  expect(element.textContent).toContain("Budget for one piece (JPY)");
  value(element, "sizes", "M, shoes: 39");
  value(element, "budget", "120");
  element.querySelector<HTMLInputElement>("[name=enabled]")!.checked = true;
  submit(element);
  await vi.waitFor(() => expect(element.querySelector("[role=status]")?.textContent).toBe("Saved."));
  expect(asked.at(-1)).toMatchObject({
    method: "PUT", path: "/v1/threads/t1/preferences",
    body: { enabled: true, sizes: ["M", "shoes: 39"], brands: [], dislikes: [], budget: { amount: 120, currency: "JPY" } },
  });
  press(element, "Forget all of it");
  await vi.waitFor(() => expect(element.querySelector<HTMLInputElement>("[name=sizes]")?.value).toBe(""));
  expect(asked.at(-1)?.method).toBe("DELETE");
});

test("a person is asked with a note, and their answer is shown with a way to reach them", async () => {
  let down = true;
  const element = await place("shopper-person", { thread: "t1" }, () => (down ? problem(503, "Nobody is there now.") : json({ message: "We will write soon.", contact: "help@shop.example" }, 202)));
  value(element, "note", "Is the hem long enough?");
  submit(element);
  await vi.waitFor(() => expect(element.querySelector("[role=alert]")?.textContent).toBe("Nobody is there now."));
  down = false;
  submit(element);
  await vi.waitFor(() => expect(element.querySelector("a")?.href).toBe("mailto:help@shop.example"));
  expect(asked.at(-1)).toMatchObject({ method: "POST", path: "/v1/threads/t1/handoff", body: { note: "Is the hem long enough?" } });
});

test("amounts are read as people type them", () => {
  expect([minor("99,90", 100), minor(" 1 200 ", 100), minor("", 100), minor("12", 1), minor("a lot", 100)]).toEqual([9990, 120000, null, 12, undefined]);
});
