// The chat itself: transcript, composer, cart, and the way out. Loaded when the shopper first needs it.
// Knows nothing about the launcher; it draws into the shadow root that it is given.

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import { Api, Problem } from "./api";
import type { LookRequest } from "./boards";
import type { Asking, CardRequest } from "./card";
import type { Quantity } from "./cart";
import { type Announcement, Chat, type Exchange } from "./chat";
import "./composer";
import type { Composed, Composer } from "./composer";
import { define, dress, Piece } from "./element";
import { type Actions, exchangeView } from "./exchange";
import { icons } from "./icons";
import { need } from "./later";
import { Memory } from "./memory";
import css from "./panel.css?inline";
import { plain } from "./rich";
import type { Cart, Checkout, Chip, Context, Order, Product } from "./wire";
import type { ChipEdit } from "./wishes";
import { rightToLeft, type Words } from "./words";

export interface Setup {
  api: string;
  key: string | null;
  locale: string;
  words: Words;
  inline: boolean;
}

/** What the loader holds of the chat. */
export interface Panel {
  send(text: string): Promise<void>;
  setContext(context: Context): void;
  focus(): void;
  destroy(): void;
}

type View = "chat" | "menu" | "cart" | "orders" | "preferences" | "person" | "forget" | "where";

class PanelElement extends Piece {
  static override properties = {
    view: { state: true }, busy: { state: true }, problem: { state: true }, dropping: { state: true }, below: { state: true },
    offline: { state: true }, editing: { state: true }, checkout: { state: true }, orders: { state: true }, context: { state: true },
    remembers: { state: true }, where: { state: true },
  };
  declare view: View;
  declare busy: boolean;
  declare problem: string;
  declare dropping: boolean;
  declare below: boolean; // whether some of the conversation lies under the fold
  declare offline: boolean;
  declare editing: Chip | null;
  declare checkout: Checkout | null; // the offer that the cart's sheet shows
  declare orders: Order[] | null;
  declare context: Context;
  declare remembers: boolean; // whether this server keeps preferences
  declare where: { product: Product; phrase: string } | null; // what the light box shows
  host!: HTMLElement;
  setup!: Setup;
  chat!: Chat;
  live!: HTMLElement;
  private words!: Words;
  private locale!: string;
  private opener: HTMLElement | null = null;
  private readonly sizes = new ResizeObserver(() => this.look());

  start(): void {
    this.view = "chat";
    this.problem = "";
    this.editing = this.checkout = this.orders = this.where = null;
    this.context ??= {};
    this.remembers = true;
    this.offline = navigator.onLine === false;
    this.words = this.setup.words;
    this.locale = Intl.NumberFormat.supportedLocalesOf(this.setup.locale)[0] ?? "en";
    this.chat.addEventListener("change", () => this.requestUpdate());
    this.chat.addEventListener("say", (event) => {
      const heard = (event as CustomEvent<Announcement>).detail;
      this.announce("sentence" in heard ? plain(heard.sentence) : this.words.shown(heard.shown));
    });
    this.chat.addEventListener("problem", (event) => this.failed((event as CustomEvent<unknown>).detail));
    this.chat.addEventListener("cart", (event) => {
      this.report("add-to-cart", { cart: (event as CustomEvent<Cart>).detail, by: "assistant" });
    });
    this.addEventListener("card-add", (event) => void this.cardAdd((event as CustomEvent<CardRequest>).detail));
    this.addEventListener("card-alike", (event) => {
      const { product } = (event as CustomEvent<CardRequest>).detail;
      const set = { intent: "similar", like: [product.id] };
      void this.follow(this.chat.edit(this.words.moreLike(product.title), { set }));
    });
    this.addEventListener("card-look", (event) => {
      const { product } = (event as CustomEvent<CardRequest>).detail;
      const reference = { kind: "shown", positions: [product.position] };
      void this.follow(this.chat.edit(this.words.completeLookWith(product.title), { set: { intent: "outfit", reference } }));
    });
    this.addEventListener("card-where", (event) => this.showWhere((event as CustomEvent<CardRequest>).detail, event.target as HTMLElement));
    this.addEventListener("look-add", (event) => void this.lookAdd((event as CustomEvent<LookRequest>).detail));
    this.addEventListener("announce", (event) => this.announce((event as CustomEvent<string>).detail));
    this.chat.addEventListener("checkout", (event) => this.report("checkout", { stage: "proposed", checkout: (event as CustomEvent<Checkout>).detail }));
    this.addEventListener("stage", (event) => this.staged((event as CustomEvent<{ stage: string }>).detail));
    this.addEventListener("again", () => void this.openCart());
    this.addEventListener("chip-edit", (event) => {
      const { said, edit } = (event as CustomEvent<ChipEdit>).detail;
      void this.follow(this.chat.edit(said, edit));
    });
    this.addEventListener("done", () => this.doneEditing());
    this.addEventListener("card-open", (event) => {
      const { product, variant } = (event as CustomEvent<CardRequest>).detail;
      if (!this.report("product-click", { product, variant })) event.preventDefault();
    });
  }

  async bringBack(): Promise<void> {
    await this.chat.restore();
    await this.updateComplete;
    await new Promise(requestAnimationFrame); // the cards draw themselves after this; before, they have no height
    this.toLatest(false);
  }

  async send(text: string): Promise<void> {
    this.view = "chat";
    await this.follow(this.chat.say(text));
  }

  setContext(context: Context): void {
    this.context = this.chat.context = context;
  }

  override focus(): void {
    void this.updateComplete.then(() => this.querySelector<Composer>("shopper-composer")?.focus());
  }

  protected override render(): TemplateResult {
    const { words, chat, setup } = this;
    const covered = this.view !== "chat";
    return html`<section part="panel" dir=${rightToLeft(setup.locale) ? "rtl" : "ltr"} class=${setup.inline ? "panel inline" : "panel bubble"} role=${setup.inline ? "region" : "dialog"}
      aria-label=${words.title} @keydown=${this.key} @dragover=${this.drag} @dragleave=${this.dragLeave} @drop=${this.drop}>
      <header part="header" class="header" ?inert=${covered}>
        <h2 part="heading">${this.host.getAttribute("heading") || words.title}</h2>
        ${chat.thread ? this.tools() : nothing}
        ${setup.inline ? nothing : this.closer()}
      </header>
      <div part="transcript" class="transcript" role="group" aria-label=${words.title} tabindex="0" ?inert=${covered}
        @scroll=${this.look}>${this.transcript()}</div>
      <footer class="footer" ?inert=${covered}>
        ${this.below && !covered
          ? html`<button part="down-button" class="down" type="button" aria-label=${words.down} title=${words.down}
              @click=${this.toEnd}>${icons.right}</button>`
          : nothing}
        ${this.offline ? html`<p part="offline" class="offline" role="status">${words.offline}</p>` : nothing}
        <shopper-composer .words=${words} .api=${chat.api} .running=${chat.running} .locale=${setup.locale}
          @composed=${this.composed} @stop=${() => void chat.stop()}></shopper-composer>
        <p part="notice" class="notice">${words.notice} ${this.privacy()}</p>
      </footer>
      ${covered ? this.sheet() : nothing}
      ${this.dropping ? html`<div class="drop">${icons.photo}<p>${words.dropPhoto}</p></div>` : nothing}
    </section>`;
  }

  private tools(): TemplateResult {
    const { words, chat } = this;
    return html`<button part="menu-button" class="icon-button" type="button" aria-label=${words.menu} title=${words.menu} aria-haspopup="dialog"
        @click=${(event: Event) => this.openMenu(event)}>${icons.more}</button>
      <button part="cart-button" class="icon-button" type="button" aria-label=${words.cartCount(chat.items)} title=${words.cart}
        @click=${(event: Event) => void this.openCart(event)}>${icons.bag}${chat.items ? html`<b class="badge" aria-hidden="true">${chat.items}</b>` : nothing}</button>`;
  }

  private privacy(): TemplateResult | typeof nothing {
    const address = this.chat.api.link(this.host.getAttribute("privacy"));
    return address ? html`<a part="privacy" href=${address} target="_blank" rel="noopener">${this.words.privacy}</a>` : nothing;
  }

  private closer(): TemplateResult {
    const { words } = this;
    return html`<button part="close-button" class="icon-button" type="button" aria-label=${words.close} title=${words.close}
      @click=${this.shut}>${icons.close}</button>`;
  }

  private transcript(): unknown {
    const { chat, words } = this;
    if (chat.restoring) return html`<p class="status">${words.restoring}</p>`;
    const lost = chat.restoreFailed;
    const apology = lost === null ? nothing : html`<p class="problem" role="alert">${lost || words.failed}
      <button class="text-button" type="button" @click=${() => void this.bringBack()}>${words.retry}</button></p>`;
    if (!chat.exchanges.length) return html`${apology}${lost === null ? this.welcome() : nothing}`;
    const latest = chat.exchanges.at(-1);
    const showing = chat.exchanges.findLast(showsProducts) ?? null; // the server counts a look's anchor among these cards
    const setting = { api: chat.api, words, locale: this.locale, actions: this.actions, editing: this.editing, showing };
    // A long conversation stays smooth: while one reply streams, the others aren't drawn again.
    const draw = (exchange: Exchange): unknown => {
      const { reply } = exchange;
      const last = exchange === latest;
      const seen = [exchange, last, exchange === showing, last && this.editing, exchange.sent, exchange.photos, chat.cart, words, reply && { ...reply }].flatMap((part) =>
        part && typeof part === "object" && "state" in part ? Object.values(part) : [part],
      );
      return guard(seen, () => exchangeView(exchange, last, setting));
    };
    return html`${apology}${repeat(chat.exchanges, (exchange) => exchange.id, draw)}`;
  }

  private welcome(): TemplateResult {
    const { words } = this;
    // A shop brings its own examples as children: <li data-prompt>A linen dress</li>.
    const own = [...this.host.querySelectorAll<HTMLElement>("[data-prompt]")];
    const examples = own.length ? own.map((child) => child.dataset["prompt"] || child.textContent?.trim() || "") : words.examples;
    return html`<div part="welcome" class="welcome">
      <h3>${words.greeting}</h3>
      <p>${words.hint}</p>
      <ul class="examples">${this.context.product_id
        ? html`<li><button part="example" class="example" type="button" @click=${this.likeThisPage}><span>${words.likeThisPage}</span>${icons.right}</button></li>`
        : nothing}${examples.map(
        (text) => html`<li><button part="example" class="example" type="button" dir="auto" @click=${() => void this.send(text)}>
          <span>${text}</span>${icons.right}</button></li>`,
      )}</ul>
    </div>`;
  }

  private sheet(): TemplateResult {
    const { words, view } = this;
    const low = view === "menu" || view === "forget";
    const titles: Record<View, string> = {
      chat: "", menu: words.menu, cart: this.checkout ? words.checkout : words.cart, orders: words.orders,
      preferences: words.preferences, person: words.person, forget: words.forget, where: words.showWhere,
    };
    return html`<div part="sheet" class=${low ? "sheet ask" : "sheet"} role="dialog" aria-label=${titles[view]}>
      <div class="sheet-head">
        <h2 tabindex="-1">${titles[view]}</h2>
        <button class="icon-button" type="button" aria-label=${words.back} title=${words.back} @click=${this.hide}>${icons.close}</button>
      </div>
      ${this.sheetBody()}
    </div>`;
  }

  private sheetBody(): TemplateResult {
    const { words, chat, checkout } = this;
    const trouble = this.problem ? html`<p class="card-problem" role="alert">${this.problem}</p>` : nothing;
    switch (this.view) {
      case "cart":
        return checkout
          ? html`<shopper-checkout .checkout=${checkout} .api=${chat.api} .words=${words} .locale=${this.locale} .bare=${true}></shopper-checkout>`
          : html`<shopper-cart .cart=${chat.cart} .api=${chat.api} .words=${words} .locale=${this.locale} .busy=${this.busy}
              .problem=${this.problem} @quantity=${this.quantity} @checkout=${this.propose}></shopper-cart>`;
      case "orders":
        return html`${trouble}${this.orders?.length
          ? this.orders.map((order) => html`<shopper-order .order=${order} .api=${chat.api} .words=${words} .locale=${this.locale}></shopper-order>`)
          : html`<p class="cart-empty">${this.orders ? words.noOrders : this.problem ? "" : words.restoring}</p>`}`;
      case "preferences":
        return html`<shopper-preferences .thread=${chat.thread} .api=${chat.api} .words=${words} .currency=${chat.cart?.currency}></shopper-preferences>`;
      case "person":
        return html`<shopper-person .thread=${chat.thread} .api=${chat.api} .words=${words}></shopper-person>`;
      case "where":
        return html`<shopper-where .product=${this.where?.product} .phrase=${this.where?.phrase} .api=${chat.api} .words=${words}></shopper-where>`;
      case "forget":
        return html`<p>${words.forgetAsk}</p>${trouble}
          <div class="choices">
            <button class="plain-button" type="button" @click=${this.hide}>${words.forgetNo}</button>
            <button part="forget-confirm" class="danger-button" type="button" @click=${this.forget}>${words.forgetYes}</button>
          </div>`;
      default:
        return this.menu();
    }
  }

  private menu(): TemplateResult {
    const { words } = this;
    const item = (view: View, label: string, open: () => void): TemplateResult => html`<li><button part=${`${view}-button`} class="example" type="button"
      @click=${open}><span>${label}</span>${icons.right}</button></li>`;
    return html`<ul class="examples">
      ${item("person", words.person, () => this.turn("person", "wishes"))}
      ${item("orders", words.orders, () => void this.openOrders())}
      ${this.remembers ? item("preferences", words.preferences, () => this.turn("preferences", "wishes")) : nothing}
      ${item("forget", words.forget, () => this.turn("forget"))}
    </ul>`;
  }

  protected override firstUpdated(): void {
    // The conversation grows with every word and card; only its size tells whether more lies below.
    const transcript = this.querySelector(".transcript");
    if (transcript) this.sizes.observe(transcript);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const name of ["online", "offline"]) window.addEventListener(name, this.lineChanged);
  }

  private readonly lineChanged = (): void => {
    this.offline = navigator.onLine === false;
  };

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sizes.disconnect();
    for (const name of ["online", "offline"]) window.removeEventListener(name, this.lineChanged);
  }

  private look(): void {
    const at = this.querySelector(".transcript");
    this.below = !!at && at.scrollHeight - at.scrollTop - at.clientHeight > 40;
  }

  private toEnd(): void {
    const at = this.querySelector(".transcript");
    at?.scrollTo({ top: at.scrollHeight });
  }

  protected override updated(changed: PropertyValues<this>): void {
    requestAnimationFrame(() => this.look()); // by then the cards have drawn themselves too
    if (!changed.has("view") || changed.get("view") === undefined) return;
    if (this.view !== "chat") this.querySelector<HTMLElement>(".sheet h2")?.focus();
    else if (this.opener?.isConnected) this.opener.focus();
    else this.focus();
  }

  private readonly actions: Actions = {
    removeChip: (chip) => void this.follow(this.chat.edit(this.words.without(chip.label), { remove: [chip] })),
    editChip: (chip) => {
      if (chip) void need("wishes");
      this.editing = chip;
    },
    rate: (reply, rating) => {
      const thank = (): void => this.announce(this.words.thanks);
      void this.chat.rate(reply, rating).then(thank, (error: unknown) => this.failed(error));
    },
    suggest: ({ label, text, edit }) => {
      void this.follow(edit ? this.chat.edit(label, edit) : this.chat.say(text));
    },
    retry: (exchange) => void this.follow(this.chat.retry(exchange)),
    inCart: (variant) => this.chat.quantity(variant),
  };

  private doneEditing(): void {
    this.editing = null;
    const within = this.contains((this.getRootNode() as ShadowRoot).activeElement);
    if (within) void this.updateComplete.then(() => this.querySelector<HTMLElement>(".chip-edit")?.focus());
  }

  private readonly likeThisPage = (): void => {
    const id = this.context.product_id;
    if (id) void this.follow(this.chat.edit(this.words.likeThisPage, { set: { intent: "similar", like: [id] } }));
  };

  /** Shows the beginning of a new exchange at once; after that the shopper scrolls, not the stream. */
  private async follow(turn: Promise<void>): Promise<void> {
    // The pressed button may be gone with the old exchange; focus goes on to the new one, not to the page.
    const within = this.contains((this.getRootNode() as ShadowRoot).activeElement);
    await Promise.resolve();
    await this.updateComplete;
    const latest = this.toLatest(true);
    const active = (this.getRootNode() as ShadowRoot).activeElement;
    if (within && active?.localName !== "textarea") latest?.focus({ preventScroll: true });
    await turn;
  }

  private toLatest(smooth: boolean): HTMLElement | null {
    const transcript = this.querySelector<HTMLElement>(".transcript");
    const latest = [...this.querySelectorAll<HTMLElement>(".exchange")].at(-1) ?? null;
    if (transcript && latest) transcript.scrollTo({ top: latest.offsetTop, behavior: smooth ? "auto" : "instant" });
    return latest;
  }

  private composed(event: CustomEvent<Composed>): void {
    void this.follow(this.chat.say(event.detail.text, event.detail.photos));
  }

  private async cardAdd({ product, variant, card }: CardRequest): Promise<void> {
    if (!variant) return;
    await this.adding(card, async () => {
      const cart = await this.chat.addToCart(variant.id);
      this.announce(`${this.words.added}: ${product.title}`);
      this.report("add-to-cart", { product, variant, cart, by: "shopper" });
    });
  }

  private async lookAdd({ look, variants, card }: LookRequest): Promise<void> {
    await this.adding(card, async () => {
      const cart = await this.chat.addToCart(...variants.map(({ id }) => id));
      this.announce(`${this.words.added}: ${look.title || this.words.look}`);
      look.products.forEach((product, place) => this.report("add-to-cart", { product, variant: variants[place], cart, by: "shopper" }));
    });
  }

  private async adding(card: Asking, work: () => Promise<void>): Promise<void> {
    card.busy = true;
    card.problem = "";
    try {
      await work();
    } catch (error) {
      card.problem = this.sentence(error);
      this.failed(error);
    } finally {
      card.busy = false;
    }
  }

  /** Shows the cart as it was known at once, and then as the server has it now. */
  private async openCart(event?: Event): Promise<void> {
    this.checkout = null;
    if (event) this.show("cart", event);
    else this.turn("cart");
    await need("commerce"); // the drawer must have shown the old cart to say what is new
    await this.updateComplete;
    await this.attempt(() => this.chat.readCart());
  }

  private openMenu(event: Event): void {
    this.show("menu", event);
    const { thread, api } = this.chat;
    if (!thread || !this.remembers) return;
    // A shop that remembers nothing has no such page; whatever else goes wrong is said where it is opened.
    void api.preferences(thread).catch((error: unknown) => {
      if (error instanceof Problem && error.status === 404) this.remembers = false;
    });
  }

  private showWhere({ product }: CardRequest, card: HTMLElement & { phrase?: string }): void {
    void need("where");
    this.opener = card.querySelector<HTMLElement>(".where");
    this.where = { product, phrase: card.phrase ?? "" };
    this.turn("where");
  }

  private async openOrders(): Promise<void> {
    this.orders = null;
    this.turn("orders", "commerce");
    const { thread, api } = this.chat;
    await this.attempt(async () => (this.orders = thread ? await api.orders(thread) : []));
  }

  private async propose(): Promise<void> {
    const { thread, cart, api } = this.chat;
    if (!thread || !cart) return;
    const done = await this.attempt(async () => (this.checkout = await api.propose(thread, cart.version)));
    if (done && this.checkout) {
      this.report("checkout", { stage: "proposed", checkout: this.checkout });
      this.querySelector<HTMLElement>(".sheet h2")?.focus();
    } else {
      const problem = this.problem;
      await this.attempt(() => this.chat.readCart()); // what changed in the meantime is shown
      this.problem ||= problem;
    }
  }

  private staged(detail: { stage: string }): void {
    this.report("checkout", detail);
    if (detail.stage === "confirmed") void this.attempt(() => this.chat.readCart());
  }

  private async quantity(event: CustomEvent<Quantity>): Promise<void> {
    await this.attempt(() => this.chat.setQuantity(event.detail.variant, Math.max(0, event.detail.quantity)));
    // The button that was pressed may have left with its line.
    if (!(this.getRootNode() as ShadowRoot).activeElement) this.querySelector<HTMLElement>(".sheet h2")?.focus();
  }

  private async forget(): Promise<void> {
    const done = await this.attempt(() => this.chat.forget());
    if (!done) return;
    this.opener = null;
    this.view = "chat";
    this.announce(this.words.forgotten);
  }

  private async attempt(work: () => Promise<unknown>): Promise<boolean> {
    this.busy = true;
    this.problem = "";
    try {
      await work();
      return true;
    } catch (error) {
      this.problem = this.sentence(error);
      this.failed(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  private sentence(error: unknown): string {
    return (error instanceof Problem && error.message) || this.words.failed;
  }

  private failed(error: unknown): void {
    const status = error instanceof Problem ? error.status : 0;
    this.report("error", { message: this.sentence(error), status });
    if (this.view === "chat") this.announce(this.sentence(error));
  }

  private report(name: string, detail: unknown): boolean {
    return this.host.dispatchEvent(new CustomEvent(`shopper:${name}`, { detail, bubbles: true, composed: true, cancelable: true }));
  }

  private announce(text: string): void {
    const line = document.createElement("p");
    line.textContent = text;
    this.live.append(line);
    while (this.live.childElementCount > 20) this.live.firstElementChild?.remove();
  }

  private show(view: View, event: Event): void {
    this.opener = event.currentTarget as HTMLElement;
    this.problem = "";
    this.view = view;
  }

  /** From one sheet to another; what opened the first still gets the focus back. */
  private turn(view: View, part?: Parameters<typeof need>[0]): void {
    if (part) void need(part);
    this.problem = "";
    this.view = view;
  }

  private hide(): void {
    this.view = "chat";
  }

  private shut(): void {
    (this.host as HTMLElement & { close(): void }).close();
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    if (this.view !== "chat") this.hide();
    else if (!this.setup.inline) this.shut();
    else return;
    event.stopPropagation();
  }

  private drag(event: DragEvent): void {
    if (this.view !== "chat" || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); // says that a drop is welcome
    this.dropping = true;
  }

  private dragLeave(event: DragEvent): void {
    if (!this.contains(event.relatedTarget as Node | null)) this.dropping = false;
  }

  private drop(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.dropping = false;
    void this.querySelector<Composer>("shopper-composer")?.take(event.dataTransfer.files);
  }
}

define("shopper-panel", PanelElement);

const showsProducts = ({ reply }: Exchange): boolean =>
  !!reply?.groups.some(({ nearest, products }) => !nearest && products.length);

export function mount(host: HTMLElement, root: ShadowRoot, setup: Setup): Panel {
  dress(root, css);
  const panel = document.createElement("shopper-panel") as PanelElement;
  const live = document.createElement("div");
  live.className = "hidden";
  live.setAttribute("role", "log");
  live.setAttribute("aria-live", "polite");
  const chat = new Chat(new Api(setup.api, setup.key), new Memory(setup.api, setup.key));
  Object.assign(panel, { host, setup, chat, live });
  panel.start();
  root.append(panel, live);
  void panel.bringBack();
  host.dispatchEvent(new CustomEvent("shopper:ready", { detail: { thread: chat.thread }, bubbles: true, composed: true }));
  return {
    send: (text) => panel.send(text),
    setContext: (context) => panel.setContext(context),
    focus: () => panel.focus(),
    destroy: () => {
      chat.leave();
      panel.remove();
      live.remove();
    },
  };
}
