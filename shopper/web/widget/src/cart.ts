// <shopper-cart>: what is in the cart, with its totals as the server counts them.
// Knows nothing about the conversation or about paying; it asks by the event "quantity".

import { html, nothing, type TemplateResult } from "lit";
import type { Api } from "./api";
import { define, Piece } from "./element";
import { icons } from "./icons";
import { price } from "./money";
import type { Cart, CartLine } from "./wire";
import type { Words } from "./words";

export interface Quantity {
  variant: string;
  quantity: number;
}

export class CartView extends Piece {
  static override properties = { cart: {}, api: {}, words: {}, locale: {}, busy: {}, problem: {} };
  declare cart: Cart | null;
  declare api: Api;
  declare words: Words;
  declare locale: string;
  declare busy: boolean;
  declare problem: string;

  protected override render(): TemplateResult {
    const { cart, words } = this;
    if (!cart?.lines.length) return html`<p class="cart-empty">${words.cartEmpty}</p>`;
    return html`<ul class="lines" aria-busy=${this.busy ? "true" : "false"}>${cart.lines.map((line) => this.line(line))}</ul>
      ${this.problem ? html`<p class="card-problem" role="alert">${this.problem}</p>` : nothing}
      <p part="cart-total" class="total"><span>${words.total}</span><strong>${price(cart.total, this.locale)}</strong></p>`;
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
          <button class="icon-button" type="button" aria-label=${words.less(line.title)} ?disabled=${this.busy}
            @click=${() => this.ask(line, line.quantity - 1)}>${icons.minus}</button>
          <span>${line.quantity}</span>
          <button class="icon-button" type="button" aria-label=${words.more(line.title)} ?disabled=${this.busy}
            @click=${() => this.ask(line, line.quantity + 1)}>${icons.plus}</button>
          <button class="text-button" type="button" aria-label=${`${words.remove}: ${line.title}`} ?disabled=${this.busy}
            @click=${() => this.ask(line, 0)}>${words.remove}</button>
        </div>
      </div>
      <p class="line-total">${price(line.line_total, this.locale)}</p>
    </li>`;
  }

  private ask(line: CartLine, quantity: number): void {
    const detail: Quantity = { variant: line.variant_id, quantity };
    this.dispatchEvent(new CustomEvent<Quantity>("quantity", { detail }));
  }
}

define("shopper-cart", CartView);
