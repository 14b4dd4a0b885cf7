// The chat itself: transcript, composer, cart, and the way out. Loaded when the shopper first needs it.
// Knows nothing about the launcher; it draws into the shadow root that it is given.

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import { Api, Problem } from "./api";
import type { CardRequest } from "./card";
import "./cart";
import type { Quantity } from "./cart";
import { type Announcement, Chat, type Exchange } from "./chat";
import "./composer";
import type { Composed, Composer } from "./composer";
import { define, Piece } from "./element";
import { type Actions, exchangeView } from "./exchange";
import { icons } from "./icons";
import { Memory } from "./memory";
import css from "./panel.css?inline";
import { plain } from "./rich";
import type { Cart } from "./wire";
import { type Words, wordsFor } from "./words";

export interface Setup {
  api: string;
  key: string | null;
  locale: string;
  inline: boolean;
}

/** What the loader holds of the chat. */
export interface Panel {
  send(text: string): Promise<void>;
  focus(): void;
  destroy(): void;
}

type View = "chat" | "cart" | "forget";

class PanelElement extends Piece {
  static override properties = { view: { state: true }, busy: { state: true }, problem: { state: true }, dropping: { state: true }, below: { state: true } };
  declare view: View;
  declare busy: boolean;
  declare problem: string;
  declare dropping: boolean;
  declare below: boolean; // whether some of the conversation lies under the fold
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
    this.words = wordsFor(this.setup.locale);
    this.locale = Intl.NumberFormat.supportedLocalesOf(this.setup.locale)[0] ?? "en";
    this.chat.addEventListener("change", () => this.requestUpdate());
    this.chat.addEventListener("say", (event) => {
      const heard = (event as CustomEvent<Announcement>).detail;
      this.announce("sentence" in heard ? plain(heard.sentence) : this.words.shown(heard.shown));
    });
    this.chat.addEventListener("problem", (event) => this.failed((event as CustomEvent<unknown>).detail));
    this.chat.addEventListener("cart", (event) => {
      this.tell("add-to-cart", { cart: (event as CustomEvent<Cart>).detail, by: "assistant" });
    });
    this.addEventListener("card-add", (event) => void this.cardAdd((event as CustomEvent<CardRequest>).detail));
    this.addEventListener("card-alike", (event) => {
      const { product } = (event as CustomEvent<CardRequest>).detail;
      const set = { intent: "similar", like: [product.id] };
      void this.follow(this.chat.edit(this.words.moreLike(product.title), { set }));
    });
    this.addEventListener("card-open", (event) => {
      const { product, variant } = (event as CustomEvent<CardRequest>).detail;
      if (!this.tell("product-click", { product, variant })) event.preventDefault();
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

  override focus(): void {
    void this.updateComplete.then(() => this.querySelector<Composer>("shopper-composer")?.focus());
  }

  protected override render(): TemplateResult {
    const { words, chat, setup } = this;
    const covered = this.view !== "chat";
    return html`<section part="panel" class=${setup.inline ? "panel inline" : "panel bubble"} role=${setup.inline ? "region" : "dialog"}
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
        <shopper-composer .words=${words} .api=${chat.api} .running=${chat.running}
          @composed=${this.composed} @stop=${() => void chat.stop()}></shopper-composer>
        <p part="notice" class="notice">${words.notice}</p>
      </footer>
      ${covered ? this.sheet() : nothing}
      ${this.dropping ? html`<div class="drop">${icons.photo}<p>${words.dropPhoto}</p></div>` : nothing}
    </section>`;
  }

  private tools(): TemplateResult {
    const { words, chat } = this;
    return html`<button part="forget-button" class="icon-button" type="button" aria-label=${words.forget} title=${words.forget}
        @click=${(event: Event) => this.show("forget", event)}>${icons.bin}</button>
      <button part="cart-button" class="icon-button" type="button" aria-label=${words.cartCount(chat.items)} title=${words.cart}
        @click=${(event: Event) => this.show("cart", event)}>${icons.bag}${chat.items ? html`<b class="badge" aria-hidden="true">${chat.items}</b>` : nothing}</button>`;
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
    const setting = { api: chat.api, words, locale: this.locale, actions: this.actions };
    const latest = chat.exchanges.at(-1);
    // A long conversation stays smooth: while one reply streams, the others aren't drawn again.
    const draw = (exchange: Exchange): unknown => {
      const { reply } = exchange;
      const last = exchange === latest;
      const seen = [exchange, last, exchange.sent, chat.cart, words, reply && { ...reply }].flatMap((part) =>
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
      <ul class="examples">${examples.map(
        (text) => html`<li><button part="example" class="example" type="button" dir="auto" @click=${() => void this.send(text)}>
          <span>${text}</span>${icons.right}</button></li>`,
      )}</ul>
    </div>`;
  }

  private sheet(): TemplateResult {
    const { words, chat } = this;
    const inCart = this.view === "cart";
    return html`<div part="sheet" class=${inCart ? "sheet" : "sheet ask"} role="dialog" aria-label=${inCart ? words.cart : words.forget}>
      <div class="sheet-head">
        <h2 tabindex="-1">${inCart ? words.cart : words.forget}</h2>
        <button class="icon-button" type="button" aria-label=${words.back} title=${words.back} @click=${this.hide}>${icons.close}</button>
      </div>
      ${inCart
        ? html`<shopper-cart .cart=${chat.cart} .api=${chat.api} .words=${words} .locale=${this.locale} .busy=${this.busy}
            .problem=${this.problem} @quantity=${this.quantity}></shopper-cart>`
        : html`<p>${words.forgetAsk}</p>${this.problem ? html`<p class="card-problem" role="alert">${this.problem}</p>` : nothing}
            <div class="choices">
              <button class="plain-button" type="button" @click=${this.hide}>${words.forgetNo}</button>
              <button part="forget-confirm" class="danger-button" type="button" @click=${this.forget}>${words.forgetYes}</button>
            </div>`}
    </div>`;
  }

  protected override firstUpdated(): void {
    // The conversation grows with every word and card; only its size tells whether more lies below.
    const transcript = this.querySelector(".transcript");
    if (transcript) this.sizes.observe(transcript);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sizes.disconnect();
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
    suggest: ({ label, text, edit }) => {
      void this.follow(edit ? this.chat.edit(label, edit) : this.chat.say(text));
    },
    retry: (exchange) => void this.follow(this.chat.retry(exchange)),
    inCart: (variant) => this.chat.quantity(variant),
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
    card.busy = true;
    card.problem = "";
    try {
      const cart = await this.chat.addToCart(variant.id);
      this.announce(`${this.words.added}: ${product.title}`);
      this.tell("add-to-cart", { product, variant, cart, by: "shopper" });
    } catch (error) {
      card.problem = this.sentence(error);
      this.failed(error);
    } finally {
      card.busy = false;
    }
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
    this.tell("error", { message: this.sentence(error), status });
    if (this.view === "chat") this.announce(this.sentence(error));
  }

  private tell(name: string, detail: unknown): boolean {
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

let sheet: CSSStyleSheet | null = null;

export function mount(host: HTMLElement, root: ShadowRoot, setup: Setup): Panel {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
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
    focus: () => panel.focus(),
    destroy: () => {
      void chat.stop();
      panel.remove();
      live.remove();
    },
  };
}
