// <shopper-cart>: what is in the cart, with its totals as the server counts them, and what changed by itself.
// Knows nothing about the conversation or about paying; it asks by the events "quantity" and "checkout".

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Api } from "./api";
import looks from "./commerce.css?inline";
import { define, Piece } from "./element";
import { icons } from "./icons";
import { price } from "./money";
import type { Cart, CartLine, CartNote } from "./wire";
import type { Words } from "./words";

export interface Quantity {
  variant: string;
  quantity: number;
}

/** The shop's notes in the shopper's language where they are about a price, else in the shop's words. */
export function noted(notes: CartNote[], lines: CartLine[], words: Words, locale: string): string[] {
  return notes.map(({ variant_id, message, was, now }) => {
    const line = lines.find((one) => one.variant_id === variant_id);
    return line && was && now ? words.priceChanged(line.title, price(was, locale), price(now, locale)) : message;
  });
}

/** What is different in `now`, in sentences; `own` is the variant that the shopper has just changed here. */
export function changes(before: Cart, now: Cart, words: Words, locale: string, own: string | null = null): string[] {
  const notes = now.notes ?? [];
  const said = noted(notes, now.lines, words, locale);
  const told = new Set(notes.map((note) => note.variant_id));
  const old = new Map(before.lines.map((line) => [line.variant_id, line]));
  for (const line of now.lines) {
    const was = old.get(line.variant_id);
    old.delete(line.variant_id);
    if (was && !told.has(line.variant_id) && was.unit_price.amount !== line.unit_price.amount) {
      said.push(words.priceChanged(line.title, price(was.unit_price, locale), price(line.unit_price, locale)));
    }
    if (line.variant_id === own) continue;
    if (!was) said.push(words.joined(line.title));
    else if (was.quantity !== line.quantity) said.push(words.quantityChanged(line.title, line.quantity));
  }
  for (const line of old.values()) if (line.variant_id !== own && !told.has(line.variant_id)) said.push(words.gone(line.title));
  return said;
}

export class CartView extends Piece {
  static override looks = looks;
  static override properties = { cart: {}, api: {}, words: {}, locale: {}, busy: {}, problem: {} };
  declare cart: Cart | null;
  declare api: Api;
  declare words: Words;
  declare locale: string;
  declare busy: boolean;
  declare problem: string;

  private changed: string[] = [];
  private own: string | null = null;

  protected override willUpdate(updated: PropertyValues<this>): void {
    if (!updated.has("cart") || !this.cart) return;
    this.changed = changes(updated.get("cart") ?? this.cart, this.cart, this.words, this.locale, this.own);
    this.own = null;
    for (const change of this.changed) this.tell("announce", change);
  }

  private news(): TemplateResult | typeof nothing {
    if (!this.changed.length) return nothing;
    return html`<div part="cart-changes" class="changes"><strong>${this.words.changed}</strong>
      ${this.changed.map((change) => html`<p dir="auto">${change}</p>`)}</div>`;
  }

  protected override render(): TemplateResult {
    const { cart, words } = this;
    if (!cart?.lines.length) return html`${this.news()}<p class="cart-empty">${words.cartEmpty}</p>`;
    return html`${this.news()}<ul class="lines" aria-busy=${this.busy ? "true" : "false"}>${cart.lines.map((line) => this.line(line))}</ul>
      ${this.problem ? html`<p class="card-problem" role="alert">${this.problem}</p>` : nothing}
      <p part="cart-total" class="total"><span>${words.total}</span><strong>${price(cart.total, this.locale)}</strong></p>
      <div class="cart-act"><button part="checkout-button" class="add" type="button" aria-disabled=${this.busy ? "true" : "false"}
        @click=${() => !this.busy && this.dispatchEvent(new Event("checkout"))}>${words.checkout}</button></div>`;
  }

  private line(line: CartLine): TemplateResult {
    const { words } = this;
    const image = this.api.link(line.image);
    return html`<li part="cart-line" class="line">
      ${image ? html`<img src=${image} alt="" width="600" height="750" loading="lazy" />` : html`<span></span>`}
      <div>
        <p class="line-title">${line.title}</p>
        <p class="line-detail">${[line.color, line.size].filter(Boolean).join(" · ")}</p>
        <div class="stepper">
          <button class="icon-button" type="button" aria-label=${words.less(line.title)} aria-disabled=${this.busy ? "true" : "false"}
            @click=${() => this.ask(line, line.quantity - 1)}>${icons.minus}</button>
          <span>${line.quantity}</span>
          <button class="icon-button" type="button" aria-label=${words.more(line.title)} aria-disabled=${this.busy ? "true" : "false"}
            @click=${() => this.ask(line, line.quantity + 1)}>${icons.plus}</button>
          <button class="text-button" type="button" aria-label=${`${words.remove}: ${line.title}`} aria-disabled=${this.busy ? "true" : "false"}
            @click=${() => this.ask(line, 0)}>${words.remove}</button>
        </div>
      </div>
      <p class="line-total">${price(line.line_total, this.locale)}</p>
    </li>`;
  }

  private ask(line: CartLine, quantity: number): void {
    if (this.busy) return;
    this.own = line.variant_id;
    const detail: Quantity = { variant: line.variant_id, quantity };
    this.dispatchEvent(new CustomEvent<Quantity>("quantity", { detail }));
  }
}

define("shopper-cart", CartView);
