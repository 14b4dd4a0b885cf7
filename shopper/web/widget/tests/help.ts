// Shared by the tests: a product, and a fetch that answers like the chat API. Knows nothing about any one test.

import type { Part, Product } from "../src/wire";

export const eur = (amount: number) => ({ amount, currency: "EUR" });

export function product(change: Partial<Product> = {}): Product {
  const variant = (size: string, quantity: number) => ({
    id: `dress-${size}`,
    size,
    color: "navy",
    price: eur(11900),
    regular_price: eur(14900),
    availability: { available: quantity > 0, quantity },
  });
  return {
    id: "dress",
    title: "Wrap dress",
    brand: "Atelier",
    url: "https://shop.example/dress",
    color: "navy",
    price_range: { min: eur(11900), max: eur(11900) },
    regular_price: eur(14900),
    media: [{ type: "image", url: "/media/dress.webp", alt: "Wrap dress, navy" }],
    variants: [variant("S", 0), variant("M", 2), variant("L", 9)],
    because: ["linen", "under €150"],
    position: 1,
    ...change,
  };
}

export interface Asked {
  method: string;
  path: string;
  body: unknown;
  headers: Record<string, string>;
}

/** A stream of `parts`; without `[DONE]` when `cut`. */
export function stream(parts: Part[], cut = false): Response {
  const lines = [...parts.map((part) => JSON.stringify(part)), ...(cut ? [] : ["[DONE]"])];
  const bytes = new TextEncoder().encode(lines.map((line) => `data: ${line}\n\n`).join(""));
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      // Cut in odd places, as a network does.
      for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.slice(at, at + 7));
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

export const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

export const problem = (status: number, detail: string): Response =>
  new Response(JSON.stringify({ type: "about:blank", title: "Problem", status, detail }), {
    status,
    headers: { "content-type": "application/problem+json" },
  });

/** A fetch that hands each request to `answer` and keeps what was asked. */
export function server(answer: (asked: Asked, signal: AbortSignal | null) => Response | Promise<Response>) {
  const asked: Asked[] = [];
  const request = (async (input: RequestInfo | URL, init: RequestInit = {}) => {
    const { pathname, search } = new URL(String(input));
    const one: Asked = {
      method: init.method ?? "GET",
      path: pathname + search,
      body: typeof init.body === "string" ? JSON.parse(init.body) : null,
      headers: init.headers as Record<string, string>,
    };
    asked.push(one);
    return answer(one, init.signal ?? null);
  }) as typeof fetch;
  return { asked, request };
}
