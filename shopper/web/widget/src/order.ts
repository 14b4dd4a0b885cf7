// <shopper-order>: where an order stands; and the lines and totals that checkouts and orders share.
// Knows nothing about how it was made or is paid.

import { html, nothing, type TemplateResult } from "lit";
import type { Api } from "./api";
import looks from "./commerce.css?inline";
import { define, Piece } from "./element";
import { price } from "./money";
import type { CartLine, Order, Total } from "./wire";
import type { Words } from "./words";

export function bill(lines: CartLine[], totals: Total[], words: Words, locale: string): TemplateResult {
  const named = ({ type, label, included }: Total): string => {
    if (type === "total") return words.total;
    if (type === "subtotal") return words.subtotal;
    return included ? words.included(label) : label;
  };
  return html`<ul class="bill">${lines.map((line) => html`<li>
      <span dir="auto">${line.quantity} × ${[line.title, line.color, line.size].filter(Boolean).join(", ")}</span>
      <span>${price(line.line_total, locale)}</span></li>`)}</ul>
    <dl part="totals" class="totals">${totals.map((total) => html`<div class=${total.type === "total" ? "grand" : ""}>
      <dt>${named(total)}</dt><dd>${price(total.amount, locale)}</dd></div>`)}</dl>`;
}

export class OrderView extends Piece {
  static override looks = looks;
  static override properties = { order: {}, api: {}, words: {}, locale: {}, bare: {} };
  declare order: Order;
  declare api: Api;
  declare words: Words;
  declare locale: string;
  declare bare: boolean; // without its payment, where that stands beside it

  protected override render(): TemplateResult {
    const { order, words } = this;
    return html`<section part="order" role="group" class="receipt" aria-label=${words.order(order.number)}>
      <h3>${words.order(order.number)}</h3>
      <p class="state" data-state=${order.status}>${words.orderStatus[order.status]}</p>
      ${order.message ? html`<p class="line-detail" dir="auto">${order.message}</p>` : nothing}
      ${bill(order.lines, order.totals, words, this.locale)}
      ${order.payment_id && !this.bare
        ? html`<shopper-payment .payment=${order.payment_id} .api=${this.api} .words=${words} .locale=${this.locale}></shopper-payment>`
        : nothing}
    </section>`;
  }
}

define("shopper-order", OrderView);
