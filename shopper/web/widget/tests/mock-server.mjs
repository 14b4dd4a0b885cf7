// A shop that speaks the chat API's wire with drawn pictures, to look at the widget without a server.
// `node tests/mock-server.mjs [port]`; knows nothing about understanding or searching.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("..", import.meta.url));
const pages = join(here, "..", "page");
const port = Number(process.argv[2] ?? 8099);
const pace = Number(process.env.PACE ?? 25); // milliseconds between words
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const eur = (amount) => ({ amount, currency: "EUR" });

const rows = [
  ["Wrap dress in washed linen", "Atelier Verrier", "navy", 11900, 14900, ["XS", "S", "M", "L", "XL"], ["S", "XL"], "Linen, midi, under €150"],
  ["Sleeveless shift dress with a very long name that runs on", "Lucie Marchand", "olive", 8900, null, ["34", "36", "38", "40", "42", "44"], ["34"], "Linen blend, falls loosely for warm days"],
  ["Tiered cotton-linen dress", "Maison Verrier", "ivory", 13900, null, ["S", "M", "L"], [], "Made for garden weddings"],
  ["Silk scarf “Rivage”", "Verrier Accessoires", "terracotta", 6900, 9900, [null], [], "Goes with navy"],
  ["Belted shirt dress", "Nord & Laine", "sky blue", 9900, null, ["XS", "S", "M", "L"], ["XS", "S", "M", "L"], "Linen, button front"],
  ["Square-neck summer dress", "Atelier Verrier", "black", 12900, null, ["XS", "S", "M"], ["XS"], "Light and lined"],
];
const paint = { navy: "#27365c", olive: "#6c7147", ivory: "#e9dfca", terracotta: "#b9603f", "sky blue": "#9cc0dc", black: "#25242a" };
const products = rows.map(([title, brand, color, now, before, sizes, gone, because], at) => ({
  id: `p${at + 1}`, title, brand, color, url: `https://maison-verrier.example/p${at + 1}`, description: title,
  price_range: { min: eur(now), max: eur(now) }, regular_price: before && eur(before),
  media: [{ type: "image", url: `/media/${encodeURIComponent(color)}.svg?${at}`, alt: `${title}, ${color}` }], options: [],
  variants: sizes.map((size, index) => ({
    id: `p${at + 1}-${size ?? "one"}`, sku: "", size, color, price: eur(now), regular_price: before && eur(before),
    availability: { available: !gone.includes(size), quantity: gone.includes(size) ? 0 : index + 2 },
  })),
  rating: at % 2 ? null : { value: 4.6, count: 31 }, because: [because], position: at + 1,
}));
const chips = [
  { field: "category", value: "dress", label: "dress" }, { field: "materials", value: "linen", label: "linen" },
  { field: "price", value: null, label: "under €150" }, { field: "exclude.materials", value: "wool", label: "no wool" },
];
const threads = new Map();
const stopped = new Set();
export const seen = []; // what was asked, for tests

const drawn = (color) => `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="750" viewBox="0 0 600 750">
<rect width="600" height="750" fill="#f2eee7"/><ellipse cx="300" cy="668" rx="150" ry="16" fill="#000" opacity=".08"/>
<path d="M232 120q68 42 136 0l40 46-26 96-18-14 6 92 66 316q-136 34-272 0l66-316 6-92-18 14-26-96z" fill="${paint[color] ?? "#999"}"/>
<path d="M236 336q64 18 128 0" stroke="#fff" stroke-opacity=".35" stroke-width="6" fill="none"/></svg>`;

const json = (response, status, body, type = "application/json") => {
  response.writeHead(status, { "content-type": type });
  response.end(JSON.stringify(body));
};
const problem = (response, status, detail) =>
  json(response, status, { type: "about:blank", title: "Problem", status, detail }, "application/problem+json");
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const cartOf = (thread) => {
  const lines = [...thread.cart].map(([id, quantity]) => {
    const product = products.find(({ variants }) => variants.some((variant) => variant.id === id));
    const variant = product.variants.find((one) => one.id === id);
    return { variant_id: id, product_id: product.id, title: product.title, color: variant.color, size: variant.size, quantity,
      unit_price: variant.price, line_total: eur(variant.price.amount * quantity), image: product.media[0].url };
  });
  return { id: "c1", version: thread.version, currency: "EUR", lines, total: eur(lines.reduce((sum, line) => sum + line.line_total.amount, 0)) };
};

async function chat(request, response, body) {
  const words = body.message.text ?? "";
  if (/refuse/.test(words)) return problem(response, 429, "Too many messages at once. Wait a moment, then try again.");
  if (body.thread_id && !threads.has(body.thread_id)) return problem(response, 404, "This chat is gone.");
  const id = body.thread_id ?? `t${threads.size + 1}`;
  const thread = threads.get(id) ?? { items: [], cart: new Map(), version: 1 };
  threads.set(id, thread);
  const run = `r${Math.random().toString(36).slice(2)}`;
  const edit = body.message.query_edit;
  const kept = chips.filter((chip) => !edit?.remove?.some((gone) => gone.field === chip.field && gone.value === chip.value));
  const photos = (body.message.photos ?? []).map((photo, at) => ({ id: `${run}-${at}`, url: `/v1/uploads/${run}-${at}`, photo }));
  thread.items.push({ id: `m${Math.random()}`, role: "shopper", text: words || (edit ? "(edit)" : ""), photos, created_at: "2026-01-01T00:00:00Z" });
  response.writeHead(200, { "content-type": "text/event-stream", "x-vercel-ai-ui-message-stream": "v1" });
  let gone = false;
  response.on("close", () => (gone = true));
  const send = (part) => response.write(`data: ${JSON.stringify(part)}\n\n`);
  send({ type: "start", messageId: "m", messageMetadata: { threadId: id, runId: run } });
  send({ type: "data-status", data: { text: "Looking through the dresses…" }, transient: true });
  await wait(pace * 8);
  const relaxed = edit ? [{ field: "fit", value: "relaxed", message: "Nothing with a relaxed fit, so I left that out." }] : [];
  const shown = edit?.set ? products.slice(2) : products;
  send({ type: "data-query", data: { intent: "search", category: "dress", chips: kept } });
  send({ type: "data-products", id: "g1", data: { products: shown, total: 14, relaxed, as_of: "2026-01-01T00:00:00Z" } });
  const text = "Here are six for a **summer wedding**. The wrap dress in washed linen is the closest: navy, midi and €119 instead of €149. Shall I narrow it down by length?";
  send({ type: "text-start", id: "x" });
  for (const word of text.match(/\S+\s*/g)) {
    await wait(pace);
    if (gone || stopped.has(run)) return response.end();
    if (/break/.test(words) && word.startsWith("linen")) return response.destroy();
    send({ type: "text-delta", id: "x", delta: word });
  }
  send({ type: "text-end", id: "x" });
  const suggestions = [{ label: "Under €100", text: "under 100" }, { label: "Only midi", text: "only midi" }, { label: "Show shoes to match", text: "shoes to match" }];
  send({ type: "data-suggestions", data: { suggestions } });
  send({ type: "finish" });
  response.write("data: [DONE]\n\n");
  response.end();
  thread.items.push({ id: `m${Math.random()}`, role: "assistant", text, photos: [], query: { chips: kept }, products: shown, total: 14, relaxed, suggestions, created_at: "2026-01-01T00:00:00Z" });
}

async function serve(request, response) {
  const { pathname } = new URL(request.url, "http://localhost");
  response.setHeader("content-security-policy", "default-src 'self'");
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = parts.length ? JSON.parse(Buffer.concat(parts).toString()) : null;
  if (pathname.startsWith("/v1/")) seen.push({ method: request.method, path: pathname, body, authorization: request.headers.authorization });
  if (pathname === "/v1/chat") return chat(request, response, body);
  if (pathname === "/seen") return json(response, 200, seen.map(({ method, path, body }) => ({ method, path, body: JSON.stringify(body)?.slice(0, 300) })));
  const stop = /^\/v1\/runs\/(.+)\/stop$/.exec(pathname);
  if (stop) return stopped.add(stop[1]), json(response, 202, {});
  const upload = /^\/v1\/uploads\/(.+)$/.exec(pathname);
  if (upload) {
    const found = [...threads.values()].flatMap(({ items }) => items).flatMap(({ photos }) => photos).find(({ id }) => id === upload[1]);
    if (!found) return problem(response, 404, "This photo is gone.");
    response.writeHead(200, { "content-type": "image/jpeg" });
    return response.end(Buffer.from(found.photo.data, "base64"));
  }
  const of = /^\/v1\/threads\/([^/]+)(?:\/(messages|cart))?$/.exec(pathname);
  if (of) {
    const thread = threads.get(of[1]);
    if (!thread) return problem(response, 404, "This chat is gone.");
    if (request.method === "DELETE") return threads.delete(of[1]), response.writeHead(204).end();
    if (of[2] === "messages") return json(response, 200, { items: thread.items, next_cursor: null });
    if (request.method === "PATCH") {
      if (body.version !== thread.version) return problem(response, 409, "The cart has changed meanwhile.");
      for (const { variant_id, quantity } of body.set) quantity ? thread.cart.set(variant_id, quantity) : thread.cart.delete(variant_id);
      thread.version += 1;
    }
    return json(response, 200, cartOf(thread));
  }
  const media = /^\/media\/(.+)\.svg$/.exec(pathname);
  if (media) return response.writeHead(200, { "content-type": "image/svg+xml" }).end(drawn(decodeURIComponent(media[1])));
  const file = pathname === "/" ? join(pages, "index.html")
    : pathname.startsWith("/widget/") ? join(here, "dist", normalize(pathname.slice(8)))
    : pathname.startsWith("/page/") ? join(pages, normalize(pathname.slice(6)))
    : join(here, "tests", normalize(pathname));
  try {
    const content = await readFile(file);
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(content);
  } catch {
    response.writeHead(404).end();
  }
}

createServer((request, response) => void serve(request, response)).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/`));
