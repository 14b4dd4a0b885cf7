// The conversation as the page holds it: what was said, shown and put into the cart, and the running turn.
// Knows nothing about how it is drawn; whoever draws listens for "change", "say" and "cart".

import { type Api, type Numbered, Problem } from "./api";
import type { Memory, Running } from "./memory";
import type { Photo } from "./photo";
import { Sentences } from "./sentences";
import type {
  Cart,
  Chip,
  Comparison,
  Context,
  Handoff,
  Look,
  OutgoingMessage,
  Part,
  Product,
  Proposed,
  QueryEdit,
  Region,
  Relaxation,
  StoredMessage,
  Suggestion,
  Understood,
} from "./wire";

/** A photo that was sent: its bytes, or where the server keeps them; `region` is the part that was searched. */
export type SentPhoto = ({ blob: Blob } | { url: string }) & { region?: Region | null };

export interface ProductGroup {
  id: string;
  products: Product[];
  total: number;
  relaxed: Relaxation[];
  nearest: boolean; // what is offered instead of a match
}

/** What is shown beside words and products, in the order it came. */
export type Extra =
  | { type: "data-compare"; data: Comparison }
  | { type: "data-look"; data: Look }
  | { type: "data-checkout"; data: Proposed }
  | { type: "data-handoff"; data: Handoff };

export interface Reply {
  id: string | null; // the message's on the server, once known
  chips: Chip[];
  phrase: string; // the words of the search that a picture can show
  groups: ProductGroup[];
  extras: Extra[];
  text: string;
  suggestions: Suggestion[];
  status: string;
  state: "running" | "done" | "stopped" | "failed";
  problem: string; // what the server said, or ""
  lost: boolean; // whether the connection is gone and being made again
  rating: "up" | "down" | null;
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

const LONGEST_PAGE = 2000; // characters that the API takes
const LONGEST_PHRASE = 80;
/** Milliseconds before each new try for a broken connection. */
const PAUSES = [400, 1500, 4000, 8000, 15000];

interface Turn {
  abort: AbortController;
  id: string | null;
  exchange: Exchange;
  over: Promise<void>;
}

export class Chat extends EventTarget {
  exchanges: Exchange[] = [];
  cart: Cart | null = null;
  context: Context = {}; // of the page; it says what "this" is
  restoring = false;
  restoreFailed: string | null = null;
  private run: Turn | null = null;
  private count = 0;

  constructor(
    readonly api: Api,
    private readonly memory: Memory,
    private readonly pauses: readonly number[] = PAUSES,
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
    if (this.restoreFailed === null) await Promise.all([this.recall(), this.goOn()]);
  }

  /** Fetches again what the server's messages don't hold: looks, comparisons, offers. */
  private async recall(): Promise<void> {
    for (const { reply } of this.exchanges) {
      const run = reply?.id && this.memory.run(reply.id);
      if (!reply || !run || reply.extras.length) continue;
      try {
        for await (const { part } of this.api.resume(run, 0)) if (isExtra(part)) reply.extras = placed(reply.extras, part);
      } catch (error) {
        if (!(error instanceof Problem)) throw error; // a run that is gone leaves its message as it is
      }
      this.changed();
    }
  }

  /** Goes on with the turn that was running when the page was left. */
  private async goOn(): Promise<void> {
    const running = this.memory.running;
    if (!running || this.run) return;
    if (this.exchanges.some(({ reply }) => reply?.id === running.message)) {
      this.memory.running = null;
      return;
    }
    const last = this.exchanges.at(-1);
    const known = last && !last.reply && last.said === running.said ? last : null;
    const exchange = known ?? { id: `x${++this.count}`, said: running.said, photos: [], sent: null, reply: null };
    if (!known) this.exchanges = [...this.exchanges, exchange];
    await this.follow(exchange, running);
  }

  /** Sends words and photos; a turn that is still running is stopped first. */
  async say(text: string, photos: Photo[] = []): Promise<void> {
    const words = text.trim();
    if (!words && !photos.length) return;
    const sent: OutgoingMessage = {};
    if (words) sent.text = words;
    if (photos.length) sent.photos = photos.map((photo) => photo.upload);
    const { product_id, page } = this.context;
    if (product_id || page) sent.context = { ...(product_id ? { product_id } : {}), ...(page ? { page: page.slice(0, LONGEST_PAGE) } : {}) };
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

  /** Lets go of a running turn without ending it: whoever shows this thread next goes on with it. */
  leave(): void {
    const run = this.run;
    this.run = null; // so that its end doesn't forget that it is running
    run?.abort.abort();
  }

  /** Keeps a thumb for an answer; it stands at once and is taken back where the server refuses it. */
  async rate(reply: Reply, rating: "up" | "down"): Promise<void> {
    if (!reply.id) return;
    const before = reply.rating;
    reply.rating = rating;
    this.changed();
    try {
      await this.api.feedback(reply.id, rating);
    } catch (error) {
      reply.rating = before;
      this.changed();
      throw error;
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
    this.memory.running = null;
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

  async addToCart(...variants: string[]): Promise<Cart> {
    return this.changeCart(variants, (quantity) => quantity + 1);
  }

  async setQuantity(variant: string, quantity: number): Promise<Cart> {
    return this.changeCart([variant], () => quantity);
  }

  /** Reads the cart as the server has it now. */
  async readCart(): Promise<Cart | null> {
    const thread = this.memory.thread;
    if (!thread) return null;
    this.cart = await this.api.cart(thread);
    this.changed();
    return this.cart;
  }

  private async changeCart(variants: string[], next: (quantity: number) => number): Promise<Cart> {
    const thread = this.memory.thread;
    if (!thread) throw new Problem("", 0);
    const put = async (): Promise<Cart> => {
      this.cart ??= await this.api.cart(thread);
      const set = variants.map((variant) => ({ variant_id: variant, quantity: next(this.quantity(variant)) }));
      return this.api.setCart(thread, this.cart.version, set);
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

  /** Draws a turn into `exchange`: a new one for `from` a message, or one that is already running. */
  private async follow(exchange: Exchange, from: OutgoingMessage | Running): Promise<void> {
    const reply = empty("running");
    exchange.reply = reply;
    let over = (): void => undefined;
    const run: Turn = {
      abort: new AbortController(),
      id: "id" in from ? from.id : null,
      exchange,
      over: new Promise<void>((resolve) => (over = resolve)),
    };
    this.run = run;
    this.changed();
    const sentences = new Sentences();
    try {
      await this.read(run, reply, sentences, from);
      if (reply.state === "running") reply.state = "done";
    } catch (error) {
      if (!run.abort.signal.aborted) this.fail(reply, error);
    } finally {
      reply.status = "";
      reply.lost = false;
      this.announce(sentences.end());
      if (reply.state === "done") exchange.sent = null;
      if (this.run === run) {
        this.run = null;
        this.memory.running = null;
      }
      over();
      this.changed();
    }
  }

  /** Takes every part of a turn, however often the connection breaks on the way. */
  private async read(run: Turn, reply: Reply, sentences: Sentences, from: OutgoingMessage | Running): Promise<void> {
    const { signal } = run.abort;
    let last = 0;
    let tries = 0;
    let parts: AsyncGenerator<Numbered> =
      "id" in from ? this.api.resume(from.id, 0, signal) : this.api.chat(this.memory.thread, from, signal);
    for (;;) {
      try {
        for await (const { number, part } of parts) {
          if (signal.aborted) return;
          if (number && number <= last) continue;
          if (number) tries = 0; // only what can be counted is progress; else a stream that always breaks never ends
          last = number || last + 1;
          reply.lost = false;
          this.take(run, reply, part, sentences);
          this.changed();
        }
        return;
      } catch (error) {
        const pause = this.pauses[tries++];
        // Only a connection that was lost after the turn began can be taken up where it broke.
        if (signal.aborted || !run.id || !(error instanceof Problem) || error.status || pause === undefined) throw error;
        reply.lost = true;
        this.changed();
        await patience(pause, signal);
        parts = this.api.resume(run.id, last, signal);
      }
    }
  }

  private take(run: Turn, reply: Reply, part: Part, sentences: Sentences): void {
    switch (part.type) {
      case "start":
        if (part.messageMetadata?.threadId) this.memory.thread = part.messageMetadata.threadId;
        run.id = part.messageMetadata?.runId ?? null;
        reply.id = part.messageId ?? null;
        if (run.id) this.memory.running = { id: run.id, message: reply.id ?? "", said: run.exchange.said };
        break;
      case "data-compare":
      case "data-look":
      case "data-handoff":
        this.beside(run, reply, part);
        break;
      case "data-checkout":
        this.cart = part.data.cart;
        this.beside(run, reply, part);
        if (part.data.checkout) this.dispatchEvent(new CustomEvent("checkout", { detail: part.data.checkout }));
        break;
      case "data-status":
        reply.status = part.data.text;
        break;
      case "data-query":
        reply.chips = part.data.chips ?? [];
        reply.phrase = phraseOf(part.data);
        break;
      case "data-photo": {
        // The stream names the photo by an id that only the server knows; of several, a reload shows which.
        const { exchange } = run;
        if (exchange.photos.length === 1) exchange.photos = exchange.photos.map((photo) => ({ ...photo, region: part.data }));
        break;
      }
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

  private beside(run: Turn, reply: Reply, part: Extra): void {
    reply.extras = placed(reply.extras, part);
    if (reply.id && run.id) this.memory.keepRun(reply.id, run.id);
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
        const photos = (message.photos ?? []).map(({ url, region }) => ({ url, region: region ?? null }));
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
        id: message.id,
        chips: message.query?.chips ?? [],
        phrase: message.query ? phraseOf(message.query) : "",
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
  return {
    id: null,
    chips: [],
    phrase: "",
    groups: [],
    extras: [],
    text: "",
    suggestions: [],
    status: "",
    state,
    problem: "",
    lost: false,
    rating: null,
  };
}

/** What is worth pointing out in a picture: the words without the kind of thing, which is all of it. */
const phraseOf = ({ text, category }: Understood): string =>
  (text && category && `${text} `.startsWith(`${category} `) ? text.slice(category.length) : (text ?? "")).trim().slice(0, LONGEST_PHRASE);

const isExtra = (part: Part): part is Extra =>
  part.type === "data-compare" || part.type === "data-look" || part.type === "data-checkout" || part.type === "data-handoff";

/** A look that is sent again replaces itself; everything else stands once. */
function placed(extras: Extra[], extra: Extra): Extra[] {
  const same = (other: Extra): boolean =>
    other.type === extra.type && (other.type !== "data-look" || extra.type !== "data-look" || other.data.id === extra.data.id);
  return [...extras.filter((other) => !same(other)), { type: extra.type, data: extra.data } as Extra];
}

/** Waits `pause` milliseconds, and where the browser is offline until it no longer is. */
async function patience(pause: number, signal: AbortSignal): Promise<void> {
  const heard = (target: EventTarget, name: string): Promise<void> =>
    new Promise((resolve) => target.addEventListener(name, () => resolve(), { once: true }));
  const gone = heard(signal, "abort");
  if (navigator.onLine === false) await Promise.race([heard(window, "online"), gone]);
  await Promise.race([new Promise((resolve) => setTimeout(resolve, pause)), gone]);
}
