import { beforeEach, expect, test, vi } from "vitest";
import { Api } from "../src/api";
import { type Announcement, Chat } from "../src/chat";
import { Memory } from "../src/memory";
import type { Cart, Part } from "../src/wire";
import { type Asked, eur, json, problem, product, server, stream } from "./help";

const HOST = "https://shop.test";
const start: Part = { type: "start", messageMetadata: { threadId: "t1", runId: "r1" } };
const chips = [{ field: "exclude.materials", value: "leather", label: "no leather" }];
const reply: Part[] = [
  start,
  { type: "data-query", data: { chips } },
  { type: "data-products", id: "g", data: { products: [product()], total: 4, relaxed: [] } },
  { type: "text-start", id: "x" },
  { type: "text-delta", id: "x", delta: "One dress. " },
  { type: "text-delta", id: "x", delta: "In navy." },
  { type: "text-end", id: "x" },
  { type: "data-suggestions", data: { suggestions: [{ label: "Cheaper", text: "cheaper" }] } },
  { type: "finish" },
];
const cart = (version: number, quantity: number): Cart => ({
  id: "c",
  version,
  currency: "EUR",
  lines: quantity
    ? [{ variant_id: "dress-M", product_id: "dress", title: "Wrap dress", color: "navy", size: "M", quantity,
        unit_price: eur(11900), line_total: eur(11900 * quantity), image: null }]
    : [],
  total: eur(11900 * quantity),
});

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

function chatWith(answer: (asked: Asked, signal: AbortSignal | null) => Response | Promise<Response>, key: string | null = null) {
  const { asked, request } = server(answer);
  return { asked, chat: new Chat(new Api(HOST, key, request), new Memory(HOST, key), [1, 1]) };
}

test("a turn becomes chips, cards, words and quick replies", async () => {
  const { chat, asked } = chatWith(() => stream(reply));
  const heard: Announcement[] = [];
  chat.addEventListener("say", (event) => heard.push((event as CustomEvent<Announcement>).detail));
  await chat.say("  a dress ");
  expect(asked[0]?.body).toEqual({ message: { text: "a dress" }, stream: true });
  const [exchange] = chat.exchanges;
  expect(exchange?.said).toBe("a dress");
  expect(exchange?.reply).toMatchObject({ chips, text: "One dress. In navy.", state: "done", problem: "" });
  expect(exchange?.reply?.groups[0]).toMatchObject({ total: 4, nearest: false, products: [{ id: "dress" }] });
  expect(exchange?.reply?.suggestions).toEqual([{ label: "Cheaper", text: "cheaper" }]);
  expect(heard).toEqual([{ shown: 1 }, { sentence: "One dress." }, { sentence: "In navy." }]);
});

test("the second message goes to the thread of the first, with the key", async () => {
  const { chat, asked } = chatWith(() => stream(reply), "pk_shop");
  await chat.say("a dress");
  await chat.say("cheaper");
  expect(asked[1]?.body).toMatchObject({ thread_id: "t1" });
  expect(asked[1]?.headers["Authorization"]).toBe("Bearer pk_shop");
});

test("the key is sent to no other host", async () => {
  const { asked, request } = server(() => new Response("x"));
  await new Api(HOST, "pk_shop", request).photo("https://elsewhere.test/photo");
  expect(asked[0]?.headers["Authorization"]).toBeUndefined();
});

test("nothing is sent for an empty message", async () => {
  const { chat, asked } = chatWith(() => stream(reply));
  await chat.say("   ");
  expect(asked).toEqual([]);
  expect(chat.exchanges).toEqual([]);
});

test("a removed chip is sent as an edit of the query", async () => {
  const { chat, asked } = chatWith(() => stream(reply));
  await chat.edit("Remove “no leather”", { remove: chips });
  expect(asked[0]?.body).toMatchObject({
    message: { query_edit: { remove: [{ field: "exclude.materials", value: "leather", label: "no leather" }] } },
  });
});

test("cards with the same id replace each other, others add up", async () => {
  const shown = (id: string, title: string): Part => ({ type: "data-products", id, data: { products: [product({ title })] } });
  const { chat } = chatWith(() => stream([start, shown("a", "first"), shown("a", "better"), shown("b", "shoes"), { type: "finish" }]));
  await chat.say("an outfit");
  expect(chat.exchanges[0]?.reply?.groups.map((group) => group.products[0]?.title)).toEqual(["better", "shoes"]);
});

test("where nothing matches, the nearest is offered as such", async () => {
  const absence = { message: "No kilts here.", nearest: [product()] };
  const { chat } = chatWith(() => stream([start, { type: "data-products", data: { products: [], total: 0, absence } }, { type: "finish" }]));
  await chat.say("a kilt");
  expect(chat.exchanges[0]?.reply?.groups[0]).toMatchObject({ nearest: true, products: [{ id: "dress" }] });
});

test("what the server says of a refusal is shown, and trying again works in place", async () => {
  let calls = 0;
  const { chat } = chatWith(() => (calls++ ? stream(reply) : problem(429, "Wait a moment.")));
  await chat.say("a dress");
  expect(chat.exchanges[0]?.reply).toMatchObject({ state: "failed", problem: "Wait a moment." });
  await chat.retry(chat.exchanges[0]!);
  expect(chat.exchanges).toHaveLength(1);
  expect(chat.exchanges[0]?.reply).toMatchObject({ state: "done", text: "One dress. In navy." });
});

test("a stream that breaks off keeps its cards and can be tried again", async () => {
  const { chat, asked } = chatWith(({ path }) => (path === "/v1/chat" ? stream(reply.slice(0, 5), true) : Promise.reject(new TypeError("Failed to fetch"))));
  await chat.say("a dress");
  expect(asked).toHaveLength(3);
  const [exchange] = chat.exchanges;
  expect(exchange?.reply).toMatchObject({ state: "failed", text: "One dress. ", problem: "" });
  expect(exchange?.reply?.groups).toHaveLength(1);
  expect(exchange?.sent).toEqual({ text: "a dress" });
});

test("a server that can't be reached is a failure that can be tried again", async () => {
  const { chat } = chatWith(() => Promise.reject(new TypeError("Failed to fetch")));
  await chat.say("a dress");
  expect(chat.exchanges[0]?.reply?.state).toBe("failed");
});

test("stopping ends the run here and on the server, and keeps what came", async () => {
  const { chat, asked } = chatWith((one, signal) => {
    if (one.path !== "/v1/chat") return json({}, 202);
    const first = new TextEncoder().encode([start, reply[2]].map((part) => `data: ${JSON.stringify(part)}\n\n`).join(""));
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(first);
        signal?.addEventListener("abort", () => controller.error(new DOMException("Aborted", "AbortError")));
      },
    });
    return new Response(body);
  });
  const turn = chat.say("a dress");
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(chat.running).toBe(true);
  await chat.stop();
  await turn;
  expect(chat.running).toBe(false);
  expect(asked.at(-1)).toMatchObject({ method: "POST", path: "/v1/runs/r1/stop" });
  expect(chat.exchanges[0]?.reply).toMatchObject({ state: "stopped", groups: [{ id: "g" }] });
});

test("a reload brings back the conversation, its cards and its cart", async () => {
  localStorage.setItem(`shopper:thread:${HOST}:`, "t1");
  const shopper = { id: "m1", role: "shopper", text: "a dress", photos: [{ id: "u1", url: "/v1/uploads/u1" }], created_at: "" };
  const assistant = { id: "m2", role: "assistant", text: "One dress.", query: { chips }, products: [product()], relaxed: [], suggestions: [], created_at: "" };
  const { chat } = chatWith(({ path }) => {
    if (path.endsWith("/cart")) return json(cart(3, 2));
    return path.includes("cursor=") ? json({ items: [assistant], next_cursor: null }) : json({ items: [shopper], next_cursor: "2" });
  });
  await chat.restore();
  expect(chat.exchanges).toHaveLength(1);
  expect(chat.exchanges[0]).toMatchObject({ said: "a dress", photos: [{ url: "/v1/uploads/u1" }] });
  expect(chat.exchanges[0]?.reply).toMatchObject({ text: "One dress.", chips, state: "done" });
  expect(chat.items).toBe(2);
});

test("a thread that is gone from the server is forgotten", async () => {
  localStorage.setItem(`shopper:thread:${HOST}:`, "t1");
  const { chat } = chatWith(() => problem(404, "No such thread."));
  await chat.restore();
  expect(chat.thread).toBeNull();
  expect(chat.restoreFailed).toBeNull();
});

test("a thread that can't be fetched now is kept for later", async () => {
  localStorage.setItem(`shopper:thread:${HOST}:`, "t1");
  const { chat } = chatWith(() => problem(503, "Starting."));
  await chat.restore();
  expect(chat.thread).toBe("t1");
  expect(chat.restoreFailed).toBe("Starting.");
});

test("adding to a cart that changed meanwhile reads it again and adds once", async () => {
  localStorage.setItem(`shopper:thread:${HOST}:`, "t1");
  let patches = 0;
  const { chat, asked } = chatWith(({ method }) => {
    if (method === "GET") return json(cart(patches ? 5 : 4, 1));
    return patches++ ? json(cart(6, 2)) : problem(409, "Changed.");
  });
  await chat.addToCart("dress-M");
  expect(asked.at(-1)?.body).toEqual({ version: 5, set: [{ variant_id: "dress-M", quantity: 2 }] });
  expect(chat.quantity("dress-M")).toBe(2);
});

test("deleting the chat deletes it on the server and here", async () => {
  const { chat, asked } = chatWith(({ method }) => (method === "DELETE" ? new Response(null, { status: 204 }) : stream(reply)));
  await chat.say("a dress");
  await chat.forget();
  expect(asked.at(-1)).toMatchObject({ method: "DELETE", path: "/v1/threads/t1" });
  expect(chat.exchanges).toEqual([]);
  expect(localStorage.length).toBe(0);
});

test("links may only lead to the web", () => {
  const api = new Api(`${HOST}/shop`);
  expect(api.link("/media/a.webp")).toBe(`${HOST}/shop/media/a.webp`);
  expect(api.link("https://cdn.test/a.webp")).toBe("https://cdn.test/a.webp");
  expect(api.link("javascript:alert(1)")).toBeNull();
  expect(api.link(null)).toBeNull();
});

/** A stream whose connection breaks after some parts. */
const broken = (parts: Part[]): Response => {
  const lines = parts.map((part, at) => `id: ${at + 1}\ndata: ${JSON.stringify(part)}\n\n`).join("");
  return new Response(lines);
};

test("a connection that breaks is taken up after the last event, and nothing is said twice", async () => {
  const { chat, asked } = chatWith(({ path }) => (path === "/v1/chat" ? broken(reply.slice(0, 5)) : stream(reply.slice(5))));
  await chat.say("a dress");
  expect(asked.map(({ path }) => path)).toEqual(["/v1/chat", "/v1/runs/r1/stream?after=5"]);
  expect(chat.exchanges[0]?.reply).toMatchObject({ state: "done", text: "One dress. In navy.", lost: false });
});

test("where the run is gone too, the message can be sent again", async () => {
  const { chat, asked } = chatWith(({ path }) => (path === "/v1/chat" ? broken(reply.slice(0, 3)) : problem(404, "No such run.")));
  await chat.say("a dress");
  expect(asked).toHaveLength(2);
  expect(chat.exchanges[0]?.reply).toMatchObject({ state: "failed", problem: "No such run." });
});

test("a browser that is offline waits until it no longer is", async () => {
  const line = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  const { chat, asked } = chatWith(({ path }) => (path === "/v1/chat" ? broken(reply.slice(0, 5)) : stream(reply.slice(5))));
  const turn = chat.say("a dress");
  await vi.waitFor(() => expect(chat.exchanges[0]?.reply?.lost).toBe(true));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(asked).toHaveLength(1);
  line.mockReturnValue(true);
  window.dispatchEvent(new Event("online"));
  await turn;
  expect(chat.exchanges[0]?.reply?.state).toBe("done");
  line.mockRestore();
});

test("a turn that was running when the page was left goes on after the reload", async () => {
  localStorage.setItem(`shopper:thread:${HOST}:`, "t1");
  sessionStorage.setItem(`shopper:running:${HOST}:`, JSON.stringify({ id: "r1", message: "m2", said: "a dress" }));
  const { chat, asked } = chatWith(({ path }) => {
    if (path.endsWith("/cart")) return json(cart(1, 0));
    return path.includes("/runs/") ? stream(reply) : json({ items: [], next_cursor: null });
  });
  await chat.restore();
  expect(asked.at(-1)?.path).toBe("/v1/runs/r1/stream?after=0");
  expect(chat.exchanges).toMatchObject([{ said: "a dress", reply: { state: "done", text: "One dress. In navy." } }]);
  expect(sessionStorage.length).toBe(0);
});

test("a turn that ended while the page was away isn't drawn twice", async () => {
  localStorage.setItem(`shopper:thread:${HOST}:`, "t1");
  sessionStorage.setItem(`shopper:running:${HOST}:`, JSON.stringify({ id: "r1", message: "m2", said: "a dress" }));
  const items = [
    { id: "m1", role: "shopper", text: "a dress", created_at: "" },
    { id: "m2", role: "assistant", text: "One dress.", created_at: "" },
  ];
  const { chat, asked } = chatWith(({ path }) => (path.endsWith("/cart") ? json(cart(1, 0)) : json({ items, next_cursor: null })));
  await chat.restore();
  expect(chat.exchanges).toHaveLength(1);
  expect(asked.some(({ path }) => path.includes("/runs/"))).toBe(false);
});

test("leaving the page lets the run go on; stopping ends it", async () => {
  const { chat, asked } = chatWith((_one, signal) => {
    const first = new TextEncoder().encode(`data: ${JSON.stringify(start)}\n\n`);
    return new Response(new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(first);
        signal?.addEventListener("abort", () => controller.error(new DOMException("Aborted", "AbortError")));
      },
    }));
  });
  const turn = chat.say("a dress");
  await vi.waitFor(() => expect(sessionStorage.length).toBe(1));
  chat.leave();
  await turn;
  expect(sessionStorage.length).toBe(1);
  expect(asked.some(({ path }) => path.endsWith("/stop"))).toBe(false);
});

const compare: Part = { type: "data-compare", data: { products: [product()], rows: [{ label: "Material", values: ["linen"], differs: false }] } };

test("a comparison is kept beside the words, and found again after a reload", async () => {
  const named: Part = { type: "start", messageId: "m2", messageMetadata: { threadId: "t1", runId: "r1" } };
  const parts: Part[] = [named, compare, ...reply.slice(3)];
  const { chat } = chatWith(({ path }) => {
    if (path === "/v1/chat" || path.includes("/runs/")) return stream(parts);
    return path.endsWith("/cart") ? json(cart(1, 0)) : json({ items: [{ id: "m2", role: "assistant", text: "One dress.", created_at: "" }], next_cursor: null });
  });
  await chat.say("compare them");
  expect(chat.exchanges[0]?.reply?.extras).toMatchObject([{ type: "data-compare", data: { rows: [{ label: "Material" }] } }]);
  chat.exchanges = [];
  await chat.restore();
  expect(chat.exchanges[0]?.reply?.extras).toMatchObject([{ type: "data-compare" }]);
});

test("a look that is sent again replaces itself, another stands beside it", async () => {
  const look = (id: string, title: string): Part => ({ type: "data-look", data: { id, title, products: [], total: null, image: null } });
  const { chat } = chatWith(() => stream([start, look("a", "first"), look("a", "better"), look("b", "other"), { type: "finish" }]));
  await chat.say("a look");
  expect(chat.exchanges[0]?.reply?.extras.map((extra) => (extra.type === "data-look" ? extra.data.title : ""))).toEqual(["better", "other"]);
});

test("a thumb stands at once and is taken back where the server refuses it", async () => {
  const { chat, asked } = chatWith(({ path }) => (path.endsWith("/feedback") ? problem(503, "Later.") : stream([{ ...start, messageId: "m2" } as Part, ...reply.slice(1)])));
  await chat.say("a dress");
  const answer = chat.exchanges[0]!.reply!;
  const rated = chat.rate(answer, "up");
  expect(answer.rating).toBe("up");
  await expect(rated).rejects.toThrow("Later.");
  expect(answer.rating).toBeNull();
  expect(asked.at(-1)).toMatchObject({ path: "/v1/messages/m2/feedback", body: { rating: "up" } });
});

test("a whole look goes into the cart at once or not at all", async () => {
  localStorage.setItem(`shopper:thread:${HOST}:`, "t1");
  const { chat, asked } = chatWith(({ method }) => json(cart(method === "GET" ? 4 : 5, 1)));
  await chat.addToCart("dress-M", "shoes-39");
  expect(asked.at(-1)?.body).toEqual({ version: 4, set: [{ variant_id: "dress-M", quantity: 2 }, { variant_id: "shoes-39", quantity: 1 }] });
});

test("every post carries a key of its own, so that a repeated one counts once", async () => {
  const { chat, asked } = chatWith(() => stream(reply));
  await chat.say("a dress");
  await chat.say("another");
  const keys = asked.map(({ headers }) => headers["Idempotency-Key"]);
  expect(new Set(keys).size).toBe(2);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
});

test("words go with the page that the shopper is on, an edit doesn't", async () => {
  const { chat, asked } = chatWith(() => stream(reply));
  chat.context = { product_id: "p7", page: `/${"x".repeat(3000)}` };
  await chat.say("does this come in red?");
  await chat.edit("Remove “no leather”", { remove: chips });
  const sent = asked.map(({ body }) => (body as { message: { context?: { product_id: string; page: string } } }).message.context);
  expect(sent[0]?.product_id).toBe("p7");
  expect(sent[0]?.page).toHaveLength(2000);
  expect(sent[1]).toBeUndefined();
});

test("the part of a photo that was searched is kept with it, live and from the server", async () => {
  const region = { photo_id: "ph", left: 0.1, top: 0.2, width: 0.3, height: 0.4 };
  const { chat } = chatWith(({ path }) => {
    if (path === "/v1/chat") return stream([start, { type: "data-photo", data: region }, { type: "finish" }]);
    if (path.endsWith("/cart")) return json(cart(1, 0));
    return json({ items: [{ id: "m1", role: "shopper", text: "the bag", photos: [{ id: "ph", url: "/p", region }], created_at: "" }], next_cursor: null });
  });
  const photo = { blob: new Blob(["x"]), upload: { media_type: "image/jpeg", data: "eA==" } };
  await chat.say("the bag in this photo", [photo]);
  expect(chat.exchanges[0]?.photos[0]?.region).toEqual(region);
  chat.exchanges = [];
  await chat.restore();
  expect(chat.exchanges[0]?.photos).toEqual([{ url: "/p", region }]);
});

test.each([
  [{ text: "dress with puff sleeves", category: "dress" }, "with puff sleeves"],
  [{ text: "something for the opera" }, "something for the opera"],
  [{ text: "ankle boots", category: "ankle boots" }, ""],
  [{}, ""],
])("of a query %j the picture can show “%s”", async (query, phrase) => {
  const { chat } = chatWith(() => stream([start, { type: "data-query", data: query }, { type: "finish" }]));
  await chat.say("x");
  expect(chat.exchanges[0]?.reply?.phrase).toBe(phrase);
});

test("a thread's own routes are opened by its token, asked for once and again when it has expired", async () => {
  let tokens = 0;
  const bearer = (asked: Asked): string | undefined => asked.headers["Authorization"];
  const { asked, request } = server((one) => {
    if (one.path === "/v1/threads/t1/token") return json({ token: `tt_${++tokens}`, expires_at: "" }, 201);
    if (bearer(one) === "Bearer tt_1" && tokens === 1 && one.method === "PATCH") {
      return new Response(JSON.stringify({ detail: "That token has expired.", code: "token_expired" }), { status: 403, headers: { "content-type": "application/problem+json" } });
    }
    return json(cart(1, 0));
  });
  const api = new Api(HOST, "pk_shop", request);
  await Promise.all([api.cart("t1"), api.cart("t1")]);
  await api.setCart("t1", 1, []);
  expect(asked.map((one) => `${one.method} ${bearer(one)}`)).toEqual([
    "POST Bearer pk_shop", "GET Bearer tt_1", "GET Bearer tt_1", "PATCH Bearer tt_1", "POST Bearer pk_shop", "PATCH Bearer tt_2",
  ]);
});

test("a server without tokens is asked with the key, and without a key no token is wanted", async () => {
  const answer = ({ path }: Asked): Response => (path.endsWith("/token") ? problem(404, "There is no such page.") : json(cart(1, 0)));
  const { asked, request } = server(answer);
  const api = new Api(HOST, "pk_shop", request);
  await api.cart("t1");
  await api.cart("t1");
  expect(asked.map(({ method, headers }) => `${method} ${headers["Authorization"]}`)).toEqual(["POST Bearer pk_shop", "GET Bearer pk_shop", "GET Bearer pk_shop"]);
  const open = server(answer);
  await new Api(HOST, null, open.request).cart("t1");
  expect(open.asked).toHaveLength(1);
});
