// The conversation as the page holds it: what was said, shown and put into the cart, and the running turn.
// Knows nothing about how it is drawn; whoever draws listens for "change", "say" and "cart".

import { type Api, Problem } from "./api";
import type { Memory } from "./memory";
import type { Photo } from "./photo";
import { Sentences } from "./sentences";
import type {
  Cart,
  Chip,
  OutgoingMessage,
  Part,
  Product,
  QueryEdit,
  Relaxation,
  StoredMessage,
  Suggestion,
} from "./wire";

/** A photo that was sent: its bytes, or where the server keeps them. */
export type SentPhoto = { blob: Blob } | { url: string };

export interface ProductGroup {
  id: string;
  products: Product[];
  total: number;
  relaxed: Relaxation[];
  nearest: boolean; // what is offered instead of a match
}

export interface Reply {
  chips: Chip[];
  groups: ProductGroup[];
  text: string;
  suggestions: Suggestion[];
  status: string;
  state: "running" | "done" | "stopped" | "failed";
  problem: string; // what the server said, or ""
}

/** What the shopper said and what came back. */
export interface Exchange {
  id: string;
  said: string;
  photos: SentPhoto[];
  sent: OutgoingMessage | null; // null once it can't be sent again
  reply: Reply | null;
}

export type Announcement = { sentence: string } | { shown: number };

export class Chat extends EventTarget {
  exchanges: Exchange[] = [];
  cart: Cart | null = null;
  restoring = false;
  restoreFailed: string | null = null;
  private run: { abort: AbortController; id: string | null; exchange: Exchange; over: Promise<void> } | null = null;
  private count = 0;

  constructor(
    readonly api: Api,
    private readonly memory: Memory,
  ) {
    super();
  }

  get running(): boolean {
    return this.run !== null;
  }

  get thread(): string | null {
    return this.memory.thread;
  }

  /** Brings back the thread that this browser was in; a thread that is gone is forgotten. */
  async restore(): Promise<void> {
    const thread = this.memory.thread;
    if (!thread) return;
    this.restoring = true;
    this.restoreFailed = null;
    this.changed();
    try {
      const messages = await this.api.messages(thread);
      // Something may have been said while the messages were on their way: the old ones go before it.
      this.exchanges = [...this.stored(messages), ...this.exchanges];
      this.cart = await this.api.cart(thread);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 404 && !this.exchanges.length) this.memory.thread = null;
      else if (error.status !== 404) this.restoreFailed = error.message;
    } finally {
      this.restoring = false;
      this.changed();
    }
  }

  /** Sends words and photos; a turn that is still running is stopped first. */
  async say(text: string, photos: Photo[] = []): Promise<void> {
    const words = text.trim();
    if (!words && !photos.length) return;
    const sent: OutgoingMessage = {};
    if (words) sent.text = words;
    if (photos.length) sent.photos = photos.map((photo) => photo.upload);
    await this.begin(words, photos, sent);
  }

  /** Sends an edit of what was understood; `said` is how the transcript names it. */
  async edit(said: string, edit: QueryEdit): Promise<void> {
    await this.begin(said, [], { query_edit: edit });
  }

  async stop(): Promise<void> {
    const run = this.run;
    if (!run) return;
    if (run.exchange.reply) run.exchange.reply.state = "stopped";
    run.abort.abort();
    await run.over;
    if (!run.id) return;
    try {
      await this.api.stop(run.id);
    } catch (error) {
      // Stopping a run that has just ended, or that nobody can reach, leaves what the shopper asked for.
      if (!(error instanceof Problem)) throw error;
    }
  }

  /** Sends a failed message again, in its place. */
  async retry(exchange: Exchange): Promise<void> {
    if (!exchange.sent) return;
    await this.stop();
    await this.follow(exchange, exchange.sent);
  }

  /** Deletes the thread on the server and here. */
  async forget(): Promise<void> {
    await this.stop();
    const thread = this.memory.thread;
    if (thread) {
      try {
        await this.api.forget(thread);
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 404) throw error; // 404: already gone
      }
    }
    this.memory.thread = null;
    this.exchanges = [];
    this.cart = null;
    this.changed();
  }

  quantity(variant: string): number {
    return this.cart?.lines.find((line) => line.variant_id === variant)?.quantity ?? 0;
  }

  get items(): number {
    return this.cart?.lines.reduce((sum, line) => sum + line.quantity, 0) ?? 0;
  }

  async addToCart(variant: string): Promise<Cart> {
    return this.changeCart(variant, (quantity) => quantity + 1);
  }

  async setQuantity(variant: string, quantity: number): Promise<Cart> {
    return this.changeCart(variant, () => quantity);
  }

  private async changeCart(variant: string, next: (quantity: number) => number): Promise<Cart> {
    const thread = this.memory.thread;
    if (!thread) throw new Problem("", 0);
    const put = async (): Promise<Cart> => {
      this.cart ??= await this.api.cart(thread);
      return this.api.setCart(thread, this.cart.version, [{ variant_id: variant, quantity: next(this.quantity(variant)) }]);
    };
    try {
      this.cart = await put();
    } catch (error) {
      if (!(error instanceof Problem) || (error.status !== 409 && error.status !== 412)) throw error;
      this.cart = null; // somebody else changed it: read it again, once
      this.cart = await put();
    }
    this.changed();
    return this.cart;
  }

  private async begin(said: string, photos: Photo[], sent: OutgoingMessage): Promise<void> {
    await this.stop();
    const shown = photos.map(({ blob }) => ({ blob }));
    const exchange: Exchange = { id: `x${++this.count}`, said, photos: shown, sent, reply: null };
    this.exchanges = [...this.exchanges, exchange];
    await this.follow(exchange, sent);
  }

  private async follow(exchange: Exchange, sent: OutgoingMessage): Promise<void> {
    const reply = empty("running");
    exchange.reply = reply;
    let over = (): void => undefined;
    const run = {
      abort: new AbortController(),
      id: null as string | null,
      exchange,
      over: new Promise<void>((resolve) => (over = resolve)),
    };
    this.run = run;
    this.changed();
    const sentences = new Sentences();
    try {
      for await (const part of this.api.chat(this.memory.thread, sent, run.abort.signal)) {
        if (run.abort.signal.aborted) break;
        if (part.type === "start") run.id = part.messageMetadata?.runId ?? null;
        this.take(reply, part, sentences);
        this.changed();
      }
      if (reply.state === "running") reply.state = "done";
    } catch (error) {
      if (!run.abort.signal.aborted) this.fail(reply, error);
    } finally {
      reply.status = "";
      this.announce(sentences.end());
      if (reply.state === "done") exchange.sent = null;
      if (this.run === run) this.run = null;
      over();
      this.changed();
    }
  }

  private take(reply: Reply, part: Part, sentences: Sentences): void {
    switch (part.type) {
      case "start":
        if (part.messageMetadata?.threadId) this.memory.thread = part.messageMetadata.threadId;
        break;
      case "data-status":
        reply.status = part.data.text;
        break;
      case "data-query":
        reply.chips = part.data.chips ?? [];
        break;
      case "data-products": {
        const { products, total, relaxed, absence } = part.data;
        const nearest = !products.length && !!absence?.nearest?.length;
        const cards = nearest ? (absence?.nearest ?? []) : products;
        const id = part.id ?? "products";
        const group = { id, products: cards, total: nearest ? 0 : (total ?? cards.length), relaxed: relaxed ?? [], nearest };
        const known = reply.groups.some((old) => old.id === id);
        reply.groups = known ? reply.groups.map((old) => (old.id === id ? group : old)) : [...reply.groups, group];
        if (cards.length) this.dispatchEvent(new CustomEvent<Announcement>("say", { detail: { shown: cards.length } }));
        break;
      }
      case "text-start":
        if (reply.text) reply.text += "\n\n";
        break;
      case "text-delta":
        reply.text += part.delta;
        reply.status = "";
        this.announce(sentences.add(part.delta));
        break;
      case "text-end":
        this.announce(sentences.end());
        break;
      case "data-cart":
        this.cart = part.data;
        this.dispatchEvent(new CustomEvent<Cart>("cart", { detail: part.data }));
        break;
      case "data-suggestions":
        reply.suggestions = part.data.suggestions;
        break;
      case "error":
        this.fail(reply, new Problem(part.errorText, 0));
        break;
    }
  }

  private fail(reply: Reply, error: unknown): void {
    reply.state = "failed";
    reply.problem = error instanceof Problem ? error.message : "";
    // The thread is gone from the server, so trying again starts a new one.
    if (error instanceof Problem && error.status === 404) this.memory.thread = null;
    this.dispatchEvent(new CustomEvent("problem", { detail: error }));
  }

  private announce(sentences: string[]): void {
    for (const sentence of sentences) {
      this.dispatchEvent(new CustomEvent<Announcement>("say", { detail: { sentence } }));
    }
  }

  private stored(messages: StoredMessage[]): Exchange[] {
    const exchanges: Exchange[] = [];
    for (const message of messages) {
      if (message.role === "shopper") {
        const photos = (message.photos ?? []).map(({ url }) => ({ url }));
        exchanges.push({ id: message.id, said: message.text, photos, sent: null, reply: null });
        continue;
      }
      let last = exchanges.at(-1);
      if (!last || last.reply) {
        last = { id: message.id, said: "", photos: [], sent: null, reply: null };
        exchanges.push(last);
      }
      const products = message.products ?? [];
      const group = {
        id: message.id,
        products,
        total: message.total ?? products.length,
        relaxed: message.relaxed ?? [],
        nearest: false,
      };
      last.reply = {
        ...empty("done"),
        chips: message.query?.chips ?? [],
        groups: products.length || group.relaxed.length ? [group] : [],
        text: message.text,
        suggestions: message.suggestions ?? [],
      };
    }
    return exchanges;
  }

  private changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}

function empty(state: Reply["state"]): Reply {
  return { chips: [], groups: [], text: "", suggestions: [], status: "", state, problem: "" };
}
