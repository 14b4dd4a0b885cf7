import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Api } from "../src/api";
import { type CartView, changes } from "../src/cart";
import type { CheckoutView } from "../src/checkout";
import { secondsTo, span } from "../src/clock";
import "../src/commerce";
import { type PaymentView, units } from "../src/payment";
import type { Cart, Checkout, Order, Payment } from "../src/wire";
import { type Words, wordsFor } from "../src/words";
import { type Asked, eur, json, problem, server } from "./help";

const line = (change = {}) => ({
  variant_id: "dress-M", product_id: "dress", title: "Wrap dress", color: "navy", size: "M", quantity: 1,
  unit_price: eur(11900), line_total: eur(11900), image: null, ...change,
});
const totals = [
  { type: "subtotal" as const, label: "Subtotal", amount: eur(11900), included: false },
  { type: "shipping" as const, label: "Shipping", amount: eur(490), included: false },
  { type: "tax" as const, label: "VAT 21 %", amount: eur(2065), included: true },
  { type: "total" as const, label: "Total", amount: eur(12390), included: false },
];
const soon = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();
const checkout = (change: Partial<Checkout> = {}): Checkout => ({
  id: "k1", cart_version: 3, status: "open", lines: [line()], totals, payment_methods: ["sandbox", "onchain"],
  hand_off_url: null, order_id: null, expires_at: soon(600), ...change,
});
const order = (change: Partial<Order> = {}): Order => ({
  id: "o1", number: "MV-1042", status: "awaiting_payment", message: "Pay to complete it.", lines: [line()], totals, payment_id: "p1", ...change,
});
const payment = (change: Partial<Payment> = {}): Payment => ({
  id: "p1", order_id: "o1", provider: "sandbox", status: "awaiting_payment", amount: eur(12390), display_amount: "124.05 USDC",
  asset: { symbol: "USDC", network: "Base", decimals: 6 }, received: "0", address: "0xAb5801a7D398351b8bE11C439e05C5B3259aeC9B",
  uri: "ethereum:0xAb58@8453", qr_url: "/v1/payments/p1/qr.svg", page_url: "/pay/p1", tx: [], confirmations: 0, confirmations_needed: 12,
  expires_at: soon(900), message: "Send exactly this amount.", support: "help@shop.example", ...change,
});

let words: Words;
let asked: Asked[];
beforeEach(async () => (words = await wordsFor("en")));
afterEach(() => document.body.replaceChildren());

function place<Element extends HTMLElement>(name: string, given: object, answer: (asked: Asked) => Response): Element {
  const fake = server(answer);
  asked = fake.asked;
  const element = document.createElement(name) as Element;
  Object.assign(element, { api: new Api("https://shop.test", null, fake.request), words, locale: "en", ...given });
  document.body.append(element);
  return element;
}
const text = (element: HTMLElement, selector = "*"): string => element.querySelector(selector)?.textContent?.replace(/\s+/g, " ").trim() ?? "";
const button = (element: HTMLElement, name: string): HTMLButtonElement =>
  [...element.querySelectorAll("button")].find((one) => one.textContent?.trim() === name)!;
const ended = (change: Partial<Payment>): Response => new Response(`data: ${JSON.stringify(payment(change))}\n\n`);

test("an offer shows its lines and every charge, with what is included said as such", async () => {
  const element = place<CheckoutView>("shopper-checkout", { checkout: checkout() }, () => json(checkout()));
  await vi.waitFor(() => expect(text(element, ".totals")).toContain("Total€123.90"));
  expect(text(element, ".bill")).toContain("1 × Wrap dress, navy, M");
  expect(text(element, ".totals")).toContain("Subtotal€119");
  expect(text(element, ".totals")).toContain("VAT 21 %, included€20.65");
  expect(text(element)).toMatch(/hold for (10:00|9:5\d)/);
});

test("only a press confirms, with the chosen way to pay, and then the order stands there", async () => {
  const element = place<CheckoutView>("shopper-checkout", { checkout: checkout() }, ({ method, path }) => {
    if (path.endsWith("/confirm")) return json({ order: order(), payment: payment() }, 201);
    return path.includes("/payments/") ? ended({ status: "settled", message: "Thank you." }) : json(method === "GET" && path.includes("orders") ? order({ status: "paid" }) : checkout());
  });
  const stages: unknown[] = [];
  element.addEventListener("stage", (event) => stages.push((event as CustomEvent).detail.stage));
  await vi.waitFor(() => expect(element.querySelectorAll("input[type=radio]")).toHaveLength(2));
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
  element.querySelectorAll<HTMLInputElement>("input[type=radio]")[1]!.click();
  button(element, "Place the order").click();
  await vi.waitFor(() => expect(text(element, "shopper-order")).toContain("Order MV-1042"));
  expect(asked.find(({ path }) => path.endsWith("/confirm"))?.body).toEqual({ payment_method: "onchain" });
  await vi.waitFor(() => expect(text(element, "shopper-order .state")).toBe("Paid"));
  expect(stages).toEqual(["confirmed", "paid"]);
});

test("a refusal is shown in the shop's words and the offer is read again", async () => {
  let refused = false;
  const element = place<CheckoutView>("shopper-checkout", { checkout: checkout() }, ({ path }) => {
    if (!path.endsWith("/confirm")) return json(checkout(refused ? { status: "expired" } : {}));
    refused = true;
    return problem(409, "The price of the wrap dress has changed.");
  });
  await vi.waitFor(() => expect(button(element, "Place the order")).toBeDefined());
  button(element, "Place the order").click();
  await vi.waitFor(() => expect(text(element, "[role=alert]")).toBe("The price of the wrap dress has changed."));
  await vi.waitFor(() => expect(button(element, "Check out again")).toBeDefined());
  expect(button(element, "Place the order")).toBeUndefined();
});

test("a price that changed meanwhile is said, and the fresh offer takes another press", async () => {
  const fresh = checkout({ id: "k2", totals: [{ type: "total", label: "Total", amount: eur(10390), included: false }] });
  const notes = [{ variant_id: "dress-M", kind: "price", message: "It is cheaper now.", was: eur(11900), now: eur(9900), left: null }];
  const element = place<CheckoutView>("shopper-checkout", { checkout: checkout() }, ({ path }) => {
    if (!path.endsWith("/confirm")) return json(checkout());
    return path.includes("k2") ? json({ order: order({ payment_id: null }), payment: null }, 201) : json({ detail: "The price has changed.", notes, checkout: fresh }, 409);
  });
  await vi.waitFor(() => expect(button(element, "Place the order")).toBeDefined());
  button(element, "Place the order").click();
  await vi.waitFor(() => expect(text(element, ".changes")).toContain("Wrap dress: €99 instead of €119"));
  expect(text(element, ".totals")).toContain("€103.90");
  button(element, "Place the order").click();
  await vi.waitFor(() => expect(text(element, "shopper-order")).toContain("Order MV-1042"));
  expect(asked.filter(({ path }) => path.endsWith("/confirm")).map(({ path }) => path)).toEqual(["/v1/checkouts/k1/confirm", "/v1/checkouts/k2/confirm"]);
});

test("an offer whose time is over can't be confirmed", async () => {
  const gone = checkout({ expires_at: soon(-5) });
  const element = place<CheckoutView>("shopper-checkout", { checkout: gone }, () => json(gone));
  await vi.waitFor(() => expect(text(element)).toContain("These prices no longer hold."));
  expect(button(element, "Place the order")).toBeUndefined();
});

test("a shop with a checkout of its own is reached by a link", async () => {
  const there = checkout({ hand_off_url: "https://shop.example/checkout?c=1" });
  const element = place<CheckoutView>("shopper-checkout", { checkout: there }, () => json(there));
  await vi.waitFor(() => expect(element.querySelector<HTMLAnchorElement>("a.add")?.href).toBe("https://shop.example/checkout?c=1"));
  expect(button(element, "Place the order")).toBeUndefined();
});

test("a payment says how much, where, on which network and until when", async () => {
  const open = new Response(new ReadableStream());
  const element = place<PaymentView>("shopper-payment", { payment: payment() }, () => open);
  await vi.waitFor(() => expect(text(element, ".facts-list")).toContain("124.05 USDC"));
  expect(text(element, ".facts-list")).toContain("0xAb5801a7D398351b8bE11C439e05C5B3259aeC9B");
  expect(text(element, ".facts-list")).toContain("NetworkBase");
  expect(text(element, "[part=time-left]")).toMatch(/^(15:00|14:5\d) left to pay$/);
  expect(element.querySelector<HTMLImageElement>(".qr")?.src).toBe("https://shop.test/v1/payments/p1/qr.svg");
  expect(element.querySelector<HTMLAnchorElement>("[part=wallet]")?.getAttribute("href")).toBe("ethereum:0xAb58@8453");
  expect(element.querySelector<HTMLAnchorElement>(".links a:last-child")?.href).toBe("mailto:help@shop.example");
});

test.each([
  ["partially_paid", "49900000", "49.9 USDC", true],
  ["needs_review", "200000000", "200 USDC", false],
  ["expired", "0", "", false],
] as const)("%s is said in words, with what arrived, and takes money only while it may", async (status, received, shown, open) => {
  const element = place<PaymentView>("shopper-payment", { payment: payment({ status, received }) }, () => new Response(new ReadableStream()));
  await vi.waitFor(() => expect(text(element, ".state")).toBe(words.paymentStatus[status]));
  if (shown) expect(text(element, ".facts-list")).toContain(shown);
  expect(element.querySelector(".qr") !== null).toBe(open);
});

test("a sandbox's payment can be played", async () => {
  const element = place<PaymentView>("shopper-payment", { payment: payment() }, ({ path }) =>
    path.endsWith("/sandbox") ? json(payment({ status: "settled" })) : new Response(new ReadableStream()),
  );
  await vi.waitFor(() => expect(button(element, "Pay")).toBeDefined());
  const said = vi.fn();
  element.addEventListener("announce", said);
  button(element, "Pay").click();
  await vi.waitFor(() => expect(text(element, ".state")).toBe("Paid"));
  expect(asked.at(-1)).toMatchObject({ method: "POST", path: "/v1/payments/p1/sandbox", body: { outcome: "pay" } });
  expect(said).toHaveBeenCalledTimes(1);
  expect(button(element, "Pay")).toBeUndefined();
});

test("a link that could run something is no wallet's", async () => {
  const element = place<PaymentView>("shopper-payment", { payment: payment({ uri: "javascript:alert(1)" }) }, () => new Response(new ReadableStream()));
  await vi.waitFor(() => expect(element.querySelector(".qr")).not.toBeNull());
  expect(element.querySelector("[part=wallet]")).toBeNull();
});

const cart = (...lines: Cart["lines"]): Cart => ({ id: "c", version: 1, currency: "EUR", lines, total: eur(0) });

test("what changed in the cart by itself is said, not what the shopper did", () => {
  const before = cart(line(), line({ variant_id: "b", title: "Belt" }), line({ variant_id: "c", title: "Cap" }));
  const now = cart(line({ unit_price: eur(9900) }), line({ variant_id: "c", title: "Cap", quantity: 3 }), line({ variant_id: "d", title: "Dress" }));
  expect(changes(before, now, words, "en")).toEqual([
    "Wrap dress: €99 instead of €119", "Cap: now 3", "Dress was added", "Belt is no longer in the cart",
  ]);
  expect(changes(before, cart(line(), line({ variant_id: "b", title: "Belt" })), words, "en", "c")).toEqual([]);
});

test("the cart's drawer asks for the checkout and shows what changed", async () => {
  const element = place<CartView>("shopper-cart", { cart: cart(line()), busy: false, problem: "" }, () => json({}));
  await element.updateComplete;
  const pressed = vi.fn();
  element.addEventListener("checkout", pressed);
  button(element, "Checkout").click();
  expect(pressed).toHaveBeenCalledTimes(1);
  element.cart = cart(line({ unit_price: eur(9900), line_total: eur(9900) }));
  await element.updateComplete;
  expect(text(element, ".changes")).toContain("Wrap dress: €99 instead of €119");
});

test("atomic units keep every digit", () => {
  expect(units("49900000", 6)).toBe("49.9");
  expect(units("1", 18)).toBe("0.000000000000000001");
  expect(units("123456789012345678901234567890", 18)).toBe("123456789012.34567890123456789");
  expect(units("4990", 0)).toBe("4990");
});

test("time is counted down and never below zero", () => {
  expect(secondsTo("2026-01-01T00:01:00Z", Date.parse("2026-01-01T00:00:00.500Z"))).toBe(60);
  expect(secondsTo("2026-01-01T00:00:00Z", Date.parse("2026-01-02T00:00:00Z"))).toBe(0);
  expect(secondsTo(null)).toBe(Infinity);
  expect([span(59), span(3909), span(600)]).toEqual(["0:59", "1:05:09", "10:00"]);
});
