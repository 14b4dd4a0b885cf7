// <shopper-checkout>: an offer with lines, totals and an end, which only the shopper's own press confirms.
// Knows nothing about the conversation; it says "stage" when it was confirmed and "again" for a new offer.

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { type Api, Problem } from "./api";
import { noted } from "./cart";
import { Clock, secondsTo, span } from "./clock";
import looks from "./commerce.css?inline";
import { define, Piece } from "./element";
import { bill } from "./order";
import type { Checkout, Order, Payment } from "./wire";
import type { Words } from "./words";

/** Milliseconds before each look at an order that was just paid. */
const SOON = [0, 300, 1000, 2000, 4000, 8000];

export class CheckoutView extends Piece {
  static override looks = looks;
  static override properties = {
    checkout: {}, api: {}, words: {}, locale: {}, bare: {},
    known: { state: true }, order: { state: true }, payment: { state: true }, method: { state: true },
    busy: { state: true }, problem: { state: true }, news: { state: true },
  };
  declare checkout: Checkout;
  declare api: Api;
  declare words: Words;
  declare locale: string;
  declare bare: boolean; // inside a sheet that has the heading already
  declare known: Checkout; // as the server had it last
  declare order: Order | null | undefined;
  declare payment: Payment | null | undefined;
  declare method: string | undefined;
  declare busy: boolean | undefined;
  declare problem: string | undefined;
  declare news: string[] | undefined; // what changed between the offer and its confirmation

  constructor() {
    super();
    new Clock(this, () => this.open);
  }

  private get left(): number {
    return secondsTo(this.known.expires_at);
  }

  private get open(): boolean {
    return this.known.status === "open" && this.left > 0 && !this.order;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("checkout")) return;
    this.known = this.checkout;
    this.order = this.payment = null;
    this.problem = "";
    void this.refresh();
  }

  /** An offer that is looked at again may have been confirmed elsewhere, or have run out. */
  private async refresh(): Promise<void> {
    const { id } = this.checkout;
    try {
      const now = await this.api.checkout(id);
      const order = now.order_id ? await this.api.order(now.order_id) : null;
      if (id !== this.checkout.id) return;
      this.known = now;
      this.order ??= order;
    } catch (error) {
      if (!(error instanceof Problem)) throw error; // unreachable now: what was proposed stands until its end
    }
  }

  protected override render(): TemplateResult {
    const { known, words, order } = this;
    if (order) {
      const payment = this.payment ?? order.payment_id;
      return html`<shopper-order .order=${order} .api=${this.api} .words=${words} .locale=${this.locale} .bare=${true}></shopper-order>
        ${payment ? html`<shopper-payment .payment=${payment} .api=${this.api} .words=${words} .locale=${this.locale}
          @settled=${this.settled}></shopper-payment>` : nothing}`;
    }
    return html`<section part="checkout" role="group" class="receipt" aria-label=${words.checkout}>
      ${this.bare ? nothing : html`<h3>${words.checkout}</h3>`}
      ${bill(known.lines, known.totals, words, this.locale)}
      ${this.news?.length
        ? html`<div class="changes"><strong>${words.changed}</strong>${this.news.map((one) => html`<p dir="auto">${one}</p>`)}</div>`
        : nothing}
      ${this.problem ? html`<p class="card-problem" role="alert">${this.problem}</p>` : nothing}
      ${this.open ? this.actions() : this.closed()}
    </section>`;
  }

  private actions(): TemplateResult {
    const { known, words } = this;
    const shop = this.api.link(known.hand_off_url);
    return html`<p class="line-detail">${words.expiresIn(span(this.left))}</p>
      ${shop
        ? html`<a part="hand-off" class="add" href=${shop} @click=${this.handedOff}>${words.handOff}</a>`
        : html`${this.methods()}
          <button part="confirm-button" class="add" type="button" aria-busy=${this.busy ? "true" : "false"}
            @click=${this.confirm}>${this.busy ? words.adding : words.confirm}</button>
          <button class="text-button" type="button" aria-disabled=${this.busy ? "true" : "false"} @click=${this.cancel}>${words.cancel}</button>`}`;
  }

  private methods(): TemplateResult | typeof nothing {
    const { known, words } = this;
    if (known.payment_methods.length < 2) return nothing;
    const name = `pay-${known.id}`;
    return html`<fieldset class="methods"><legend>${words.payWith}</legend>${known.payment_methods.map((id) => html`<label>
      <input type="radio" name=${name} .checked=${id === this.chosen} @change=${() => (this.method = id)} />
      ${words.methods[id as keyof Words["methods"]] ?? id}</label>`)}</fieldset>`;
  }

  private get chosen(): string {
    return this.method ?? this.known.payment_methods[0] ?? "";
  }

  private closed(): TemplateResult {
    const { words, known } = this;
    if (known.status === "confirmed") return html`<p class="state">${words.restoring}</p>`;
    return html`<p class="state">${known.status === "canceled" ? words.quoteCanceled : words.quoteExpired}</p>
      <button class="small-button" type="button" @click=${() => this.tell("again", null)}>${words.quoteAgain}</button>`;
  }

  private async confirm(): Promise<void> {
    await this.attempt(async () => {
      const { order, payment } = await this.api.confirm(this.known.id, this.chosen);
      this.order = order;
      this.payment = payment;
      this.tell("stage", { stage: "confirmed", checkout: this.known, order, payment });
      this.tell("announce", `${this.words.order(order.number)}: ${this.words.orderStatus[order.status]}`);
      await this.updateComplete;
      const heading = this.querySelector<HTMLElement>("h3");
      heading?.setAttribute("tabindex", "-1");
      heading?.focus(); // the pressed button is gone
    });
  }

  private async cancel(): Promise<void> {
    await this.attempt(async () => {
      this.known = await this.api.cancel(this.known.id);
    });
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    if (this.busy) return; // two presses make one order
    this.busy = true;
    this.problem = "";
    this.news = [];
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = error.message || this.words.failed;
      const { notes, checkout: fresh } = error.more;
      this.news = noted(notes ?? [], this.known.lines, this.words, this.locale);
      if (fresh) {
        this.known = fresh; // the same cart at today's prices; it takes another press
        return;
      }
      await this.refresh(); // a cart that changed, or an end that came first, shows itself
    } finally {
      this.busy = false;
    }
  }

  private handedOff(): void {
    this.tell("stage", { stage: "handed-off", checkout: this.known });
  }

  /** The shop's books follow the money a moment later, so the order is read until it knows. */
  private async settled(): Promise<void> {
    const { order } = this;
    if (!order) return;
    for (const pause of SOON) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      try {
        this.order = await this.api.order(order.id);
      } catch (error) {
        if (!(error instanceof Problem)) throw error; // unreachable for now
      }
      if (this.order?.status !== order.status) break;
    }
    this.tell("stage", { stage: "paid", checkout: this.known, order: this.order });
  }
}

define("shopper-checkout", CheckoutView);
