// The chat API over fetch: streamed turns, a thread's messages, cart, checkouts, payments, wishes, its end.
// Knows nothing about what is on screen.

import { events } from "./sse";
import type { Cart, CartNote, Checkout, Handoff, Order, OutgoingMessage, Part, Payment, Preferences, StoredMessage } from "./wire";

/** What some refusals know beside their sentence. */
export interface Refusal {
  code: string;
  notes: CartNote[];
  checkout: Checkout | null;
}

/** What the server answered instead; `message` may be shown, `status` is 0 when nothing answered. */
export class Problem extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly more: Partial<Refusal> = {},
  ) {
    super(message);
  }
}

/** A part with the number to resume after. */
export interface Numbered {
  number: number;
  part: Part;
}

export class Api {
  readonly base: string;
  private readonly tokens = new Map<string, Promise<string | null>>(); // by thread; null where there are none

  constructor(
    base: string,
    private readonly key: string | null = null,
    private readonly request: typeof fetch = (input, init) => fetch(input, init),
  ) {
    this.base = base.replace(/\/+$/, "");
  }

  /** A path of the API, or a link from it, as an absolute address; null for anything but http and https. */
  link(url: string | null | undefined): string | null {
    if (!url) return null;
    const home = new URL(`${this.base}/`, location.href);
    // "/media/x" is relative to the API even where the API lives under a path.
    const address = url.startsWith("/") && !url.startsWith("//") ? this.base + url : url;
    if (!URL.canParse(address, home)) return null;
    const parsed = new URL(address, home);
    return parsed.protocol === "https:" || parsed.protocol === "http:" ? parsed.href : null;
  }

  /** A turn's parts with their numbers; throws `Problem`, also when the stream ends before the turn did. */
  chat(thread: string | null, message: OutgoingMessage, signal: AbortSignal): AsyncGenerator<Numbered> {
    const body = { ...(thread ? { thread_id: thread } : {}), message, stream: true };
    return this.parts("POST", "/v1/chat", body, signal);
  }

  /** The parts of a turn after number `after`, whether it still runs or has ended. */
  resume(run: string, after: number, signal?: AbortSignal): AsyncGenerator<Numbered> {
    return this.parts("GET", `/v1/runs/${encodeURIComponent(run)}/stream?after=${after}`, undefined, signal);
  }

  private async *parts(method: string, path: string, body: unknown, signal?: AbortSignal): AsyncGenerator<Numbered> {
    const response = await this.send(method, path, body, signal, "text/event-stream");
    if (!response.body) throw new Problem("", 0);
    let finished = false;
    try {
      for await (const { id, data } of events(response.body)) {
        if (data === "[DONE]") return;
        const part = JSON.parse(data) as Part;
        finished ||= part.type === "finish" || part.type === "error";
        yield { number: Number(id) || 0, part };
      }
    } catch (error) {
      if (signal?.aborted || error instanceof Problem) throw error;
      throw new Problem("", 0); // the connection broke in the middle
    }
    if (!finished) throw new Problem("", 0);
  }

  async stop(run: string): Promise<void> {
    await this.send("POST", `/v1/runs/${encodeURIComponent(run)}/stop`);
  }

  /** Every message of a thread, oldest first. */
  async messages(thread: string): Promise<StoredMessage[]> {
    const all: StoredMessage[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor ? `?cursor=${encodeURIComponent(cursor)}` : "";
      const response = await this.send("GET", `${this.thread(thread)}/messages${query}`);
      const page = (await response.json()) as { items: StoredMessage[]; next_cursor: string | null };
      all.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor);
    return all;
  }

  async forget(thread: string): Promise<void> {
    await this.send("DELETE", this.thread(thread));
  }

  cart(thread: string): Promise<Cart> {
    return this.json("GET", `${this.thread(thread)}/cart`);
  }

  setCart(thread: string, version: number, set: { variant_id: string; quantity: number }[]): Promise<Cart> {
    return this.json("PATCH", `${this.thread(thread)}/cart`, { version, set });
  }

  async feedback(message: string, rating: "up" | "down"): Promise<void> {
    await this.send("POST", `/v1/messages/${encodeURIComponent(message)}/feedback`, { rating });
  }

  async handOff(thread: string, note: string, email: string): Promise<Handoff> {
    const body = { ...(note ? { note } : {}), ...(email ? { email } : {}) };
    return this.json("POST", `${this.thread(thread)}/handoff`, body);
  }

  preferences(thread: string): Promise<Preferences> {
    return this.json("GET", `${this.thread(thread)}/preferences`);
  }

  setPreferences(thread: string, preferences: Preferences): Promise<Preferences> {
    return this.json("PUT", `${this.thread(thread)}/preferences`, preferences);
  }

  async forgetPreferences(thread: string): Promise<void> {
    await this.send("DELETE", `${this.thread(thread)}/preferences`);
  }

  propose(thread: string, version: number): Promise<Checkout> {
    return this.json("POST", "/v1/checkouts", { thread_id: thread, cart_version: version });
  }

  checkout(id: string): Promise<Checkout> {
    return this.json("GET", `/v1/checkouts/${encodeURIComponent(id)}`);
  }

  confirm(id: string, method: string): Promise<{ order: Order; payment: Payment | null }> {
    return this.json("POST", `/v1/checkouts/${encodeURIComponent(id)}/confirm`, { payment_method: method });
  }

  cancel(id: string): Promise<Checkout> {
    return this.json("POST", `/v1/checkouts/${encodeURIComponent(id)}/cancel`, {});
  }

  order(id: string): Promise<Order> {
    return this.json("GET", `/v1/orders/${encodeURIComponent(id)}`);
  }

  async orders(thread: string): Promise<Order[]> {
    return (await this.json<{ items: Order[] }>("GET", `${this.thread(thread)}/orders`)).items;
  }

  payment(id: string): Promise<Payment> {
    return this.json("GET", `/v1/payments/${encodeURIComponent(id)}`);
  }

  /** A payment as it is on each change; ends when nothing more will change, or with the connection. */
  async *watch(id: string, signal: AbortSignal): AsyncGenerator<Payment> {
    const path = `/v1/payments/${encodeURIComponent(id)}/stream`;
    const { body } = await this.send("GET", path, undefined, signal, "text/event-stream");
    if (!body) return;
    for await (const { data } of events(body)) if (data.startsWith("{")) yield JSON.parse(data) as Payment;
  }

  /** Plays what a payer might do; only a sandbox's payments know it. */
  play(id: string, outcome: string): Promise<Payment> {
    return this.json("POST", `/v1/payments/${encodeURIComponent(id)}/sandbox`, { outcome });
  }

  /** A photo of the thread, fetched with the key that an <img> couldn't send. */
  async photo(url: string): Promise<Blob> {
    return (await this.send("GET", url)).blob();
  }

  /** A picture of where a product's own picture matches a phrase. */
  async explain(product: string, phrase: string, color: string | null): Promise<Blob> {
    const query = new URLSearchParams({ phrase, ...(color ? { color } : {}) });
    return (await this.send("GET", `/v1/products/${encodeURIComponent(product)}/explain?${query}`)).blob();
  }

  private async json<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    return (await this.send(method, path, body)).json() as Promise<Body>;
  }

  private thread(id: string): string {
    return `/v1/threads/${encodeURIComponent(id)}`;
  }

  /** What opens a thread's own routes instead of the key: asked for once, and null where the server has none. */
  private token(path: string): Promise<string | null> {
    const thread = this.key ? /^\/v1\/threads\/([^/?]+)/.exec(path)?.[1] : undefined;
    if (!thread) return Promise.resolve(null);
    let known = this.tokens.get(thread);
    if (!known) {
      known = this.fetched("POST", `/v1/threads/${thread}/token`, this.key)
        .then(async (answer) => ((await answer.json()) as { token: string }).token)
        .catch((error: unknown) => {
          // A server without tokens says so once; anything else is tried again with the next request.
          if (!(error instanceof Problem) || error.status !== 404) this.tokens.delete(thread);
          return null;
        });
      this.tokens.set(thread, known);
    }
    return known;
  }

  private async send(
    method: string,
    path: string,
    body?: unknown,
    signal?: AbortSignal,
    accept = "application/json",
  ): Promise<Response> {
    const token = await this.token(path);
    try {
      return await this.fetched(method, path, token ?? this.key, body, signal, accept);
    } catch (error) {
      if (!token || !(error instanceof Problem) || error.more.code !== "token_expired") throw error;
      this.tokens.clear();
      return this.fetched(method, path, (await this.token(path)) ?? this.key, body, signal, accept);
    }
  }

  private async fetched(
    method: string,
    path: string,
    bearer: string | null,
    body?: unknown,
    signal?: AbortSignal,
    accept = "application/json",
  ): Promise<Response> {
    const address = this.link(path);
    if (!address) throw new Problem("", 0);
    const headers: Record<string, string> = { Accept: accept };
    // A key belongs to the API's own origin and goes nowhere else.
    if (bearer && new URL(address).origin === new URL(this.base, location.href).origin) {
      headers["Authorization"] = `Bearer ${bearer}`;
    }
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (method === "POST") headers["Idempotency-Key"] = unique(); // a post that the network repeats counts once
    let response: Response;
    try {
      response = await this.request(address, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Problem("", 0);
    }
    if (!response.ok) throw await refused(response);
    return response;
  }
}

/** A problem+json answer; without a sentence where the answer is something else. */
async function refused(response: Response): Promise<Problem> {
  const json = response.headers.get("content-type")?.includes("json");
  const body: unknown = json ? await response.json().catch(() => null) : null;
  if (typeof body !== "object" || body === null) return new Problem("", response.status);
  const { detail, title } = body as { detail?: unknown; title?: unknown };
  const sentence = [detail, title].find((one) => typeof one === "string") ?? "";
  return new Problem(sentence as string, response.status, body as Partial<Refusal>);
}

// `crypto.randomUUID` exists in secure contexts only, and a shop may be tried out over plain HTTP.
function unique(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
