import { afterEach, beforeEach, expect, test, vi } from "vitest";
import "../src/v1";
import type { Part } from "../src/wire";
import { json, product, server, stream } from "./help";

interface Shopper extends HTMLElement {
  open(): Promise<void>;
  close(): void;
  send(text: string): Promise<void>;
  destroy(): void;
}
const parts: Part[] = [
  { type: "start", messageMetadata: { threadId: "t1", runId: "r1" } },
  { type: "data-query", data: { chips: [{ field: "colors", value: "navy", label: "navy" }] } },
  { type: "data-products", id: "g", data: { products: [product()], total: 1 } },
  { type: "text-start", id: "x" },
  { type: "text-delta", id: "x", delta: "One dress." },
  { type: "text-end", id: "x" },
  { type: "finish" },
];

let asked: { path: string; body: unknown }[];

beforeEach(() => {
  localStorage.clear();
  const fake = server(({ path }) => (path === "/v1/chat" ? stream(parts) : json({ id: "c", version: 1, currency: "EUR", lines: [], total: { amount: 0, currency: "EUR" } })));
  asked = fake.asked;
  vi.stubGlobal("fetch", fake.request);
});
afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

function place(attributes: Record<string, string> = {}): Shopper {
  const element = document.createElement("personal-shopper") as Shopper;
  for (const [name, value] of Object.entries({ api: "https://shop.test", ...attributes })) element.setAttribute(name, value);
  document.body.append(element);
  return element;
}
const inside = (element: Shopper, selector: string): HTMLElement | null => element.shadowRoot!.querySelector(selector);

test("the bubble shows its launcher and never opens by itself", async () => {
  const element = place();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(inside(element, ".launcher")).not.toBeNull();
  expect(inside(element, "shopper-panel")).toBeNull();
  expect(element.hasAttribute("open")).toBe(false);
});

test("opening loads the panel once and says that it is ready", async () => {
  const element = place();
  const ready = vi.fn();
  element.addEventListener("shopper:ready", ready);
  await Promise.all([element.open(), element.open()]);
  expect(element.shadowRoot!.querySelectorAll("shopper-panel")).toHaveLength(1);
  expect(ready).toHaveBeenCalledTimes(1);
  element.close();
  expect(element.hasAttribute("open")).toBe(false);
});

test("send shows the turn in the shop's language", async () => {
  const element = place({ locale: "de" });
  await element.send("ein Kleid");
  await vi.waitFor(() => expect(inside(element, ".words")?.textContent).toContain("One dress."));
  expect(inside(element, ".said")?.textContent).toContain("ein Kleid");
  expect(inside(element, ".add")?.textContent).toContain("In den Warenkorb");
  expect(inside(element, "[aria-live=polite]")?.textContent).toContain("1 Produkt angezeigt");
});

test("pressing a chip takes that wish back", async () => {
  const element = place();
  await element.send("a navy dress");
  await vi.waitFor(() => expect(inside(element, ".chip-remove")).not.toBeNull());
  inside(element, ".chip-remove")!.click();
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  expect(asked[1]?.body).toMatchObject({ thread_id: "t1", message: { query_edit: { remove: [{ field: "colors", value: "navy", label: "navy" }] } } });
});

test("the shop's own examples greet the shopper", async () => {
  const element = document.createElement("personal-shopper") as Shopper;
  element.innerHTML = "<ul><li data-prompt>A red coat</li></ul>";
  element.setAttribute("api", "https://shop.test");
  element.setAttribute("mode", "inline");
  document.body.append(element);
  await vi.waitFor(() => expect(inside(element, ".example")?.textContent).toContain("A red coat"));
});

test("a product's link can be taken over by the page", async () => {
  const element = place();
  await element.send("a dress");
  await vi.waitFor(() => expect(inside(element, "a.card-title")).not.toBeNull());
  let clicked = "";
  element.addEventListener("shopper:product-click", (event) => {
    clicked = (event as CustomEvent).detail.product.id;
    event.preventDefault();
  });
  const click = new MouseEvent("click", { bubbles: true, cancelable: true, composed: true });
  inside(element, "a.card-title")!.dispatchEvent(click);
  expect(clicked).toBe("dress");
  expect(click.defaultPrevented).toBe(true);
});

test("an element that was there before the script mounts its chat once", async () => {
  const ready = vi.fn();
  document.addEventListener("shopper:ready", ready);
  document.body.innerHTML = '<personal-shopper mode="inline" api="https://shop.test" locale="fr"></personal-shopper>';
  const element = document.querySelector<Shopper>("personal-shopper")!;
  await vi.waitFor(() => expect(inside(element, ".welcome h3")?.textContent).toBe("Que cherchez-vous ?"));
  expect(ready).toHaveBeenCalledTimes(1);
  element.setAttribute("locale", "de");
  await vi.waitFor(() => expect(inside(element, ".welcome h3")?.textContent).toBe("Was suchst du?"));
  expect(element.shadowRoot!.querySelectorAll("shopper-panel")).toHaveLength(1);
  document.removeEventListener("shopper:ready", ready);
});

test("moving the element on the page keeps its chat, taking it out ends it", async () => {
  const element = place();
  await element.open();
  const panel = inside(element, "shopper-panel");
  const elsewhere = document.body.appendChild(document.createElement("div"));
  elsewhere.append(element);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(inside(element, "shopper-panel")).toBe(panel);
  element.remove();
  await vi.waitFor(() => expect(inside(element, "shopper-panel")).toBeNull());
});

test("destroy takes the chat away and open brings it back", async () => {
  const element = place();
  await element.open();
  element.destroy();
  await vi.waitFor(() => expect(inside(element, "shopper-panel")).toBeNull());
  expect(inside(element, ".launcher")).toBeNull();
  await element.open();
  expect(inside(element, ".launcher")).not.toBeNull();
  expect(inside(element, "shopper-panel")).not.toBeNull();
});
