// The chat API over fetch: a streamed turn, a thread's messages, its cart, its end.
// Knows nothing about what is on screen.

import { events } from "./sse";
import type { Cart, OutgoingMessage, Part, StoredMessage } from "./wire";

/** What the server answered instead; `message` may be shown, `status` is 0 when nothing answered. */
export class Problem extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

export class Api {
  readonly base: string;

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

  /** The parts of one turn; throws `Problem`, also when the stream ends before the turn did. */
  async *chat(thread: string | null, message: OutgoingMessage, signal: AbortSignal): AsyncGenerator<Part> {
    const body = { ...(thread ? { thread_id: thread } : {}), message, stream: true };
    const response = await this.send("POST", "/v1/chat", body, signal, "text/event-stream");
    if (!response.body) throw new Problem("", 0);
    let finished = false;
    for await (const data of events(response.body)) {
      if (data === "[DONE]") return;
      const part = JSON.parse(data) as Part;
      finished ||= part.type === "finish" || part.type === "error";
      yield part;
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

  async cart(thread: string): Promise<Cart> {
    return (await this.send("GET", `${this.thread(thread)}/cart`)).json() as Promise<Cart>;
  }

  async setCart(
    thread: string,
    version: number,
    set: { variant_id: string; quantity: number }[],
  ): Promise<Cart> {
    const response = await this.send("PATCH", `${this.thread(thread)}/cart`, { version, set });
    return response.json() as Promise<Cart>;
  }

  /** A photo of the thread, fetched with the key that an <img> couldn't send. */
  async photo(url: string): Promise<Blob> {
    return (await this.send("GET", url)).blob();
  }

  private thread(id: string): string {
    return `/v1/threads/${encodeURIComponent(id)}`;
  }

  private async send(
    method: string,
    path: string,
    body?: unknown,
    signal?: AbortSignal,
    accept = "application/json",
  ): Promise<Response> {
    const address = this.link(path);
    if (!address) throw new Problem("", 0);
    const headers: Record<string, string> = { Accept: accept };
    // The key belongs to the API's own origin and goes nowhere else.
    if (this.key && new URL(address).origin === new URL(this.base, location.href).origin) {
      headers["Authorization"] = `Bearer ${this.key}`;
    }
    if (body !== undefined) headers["Content-Type"] = "application/json";
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
    if (!response.ok) throw new Problem(await detail(response), response.status);
    return response;
  }
}

/** The sentence of a problem+json answer; "" where the answer is something else. */
async function detail(response: Response): Promise<string> {
  if (!response.headers.get("content-type")?.includes("json")) return "";
  const problem: unknown = await response.json().catch(() => null);
  if (typeof problem !== "object" || problem === null) return "";
  const { detail, title } = problem as { detail?: unknown; title?: unknown };
  if (typeof detail === "string") return detail;
  return typeof title === "string" ? title : "";
}
