// <shopper-compare> and <shopper-look>: products side by side, and pieces that make one outfit.
// Knows nothing about the conversation; they ask as a card does, and a look by "look-add".

import { html, nothing, type TemplateResult } from "lit";
import type { Api } from "./api";
import looks from "./boards.css?inline";
import type { Asking } from "./card";
import { define, Piece } from "./element";
import { icons } from "./icons";
import { price } from "./money";
import type { Comparison, Look, Product, Variant } from "./wire";
import type { Words } from "./words";

const sellable = (variant: Variant): boolean => variant.availability.available;

/** The one variant that can be meant without asking: the only one, where it has no size to choose. */
export function obvious({ variants }: Product): Variant | null {
  return variants.length === 1 && variants[0] && sellable(variants[0]) ? variants[0] : null;
}

class Board extends Piece implements Asking {
  static override looks = looks;
  static override properties = {
    data: {}, api: {}, words: {}, locale: {}, inCart: {},
    busy: { state: true }, problem: { state: true }, chosen: { state: true }, asked: { state: true },
  };
  declare api: Api;
  declare words: Words;
  declare locale: string;
  declare inCart: (variant: string) => number;
  declare busy: boolean;
  declare problem: string;
  declare chosen: Record<string, string> | undefined; // a variant's id by the product's place
  declare asked: boolean;

  protected variant(product: Product, place: number): Variant | null {
    return product.variants.find(({ id }) => id === this.chosen?.[place]) ?? obvious(product);
  }

  protected picture(product: Product): TemplateResult | typeof nothing {
    const image = product.media.find((media) => media.type === "image");
    const source = this.api.link(image?.url);
    return source ? html`<img src=${source} alt=${image?.alt ?? product.title} width="600" height="750" loading="lazy" decoding="async" />` : nothing;
  }

  protected link(product: Product): TemplateResult {
    const address = this.api.link(product.url);
    const open = (event: Event): void => {
      if (!this.tell("card-open", { product, variant: null, card: this })) event.preventDefault();
    };
    return address ? html`<a class="card-title" href=${address} @click=${open}>${product.title}</a>` : html`<span class="card-title">${product.title}</span>`;
  }

  /** A size to choose; nothing where there is none. */
  protected sizes(product: Product, place: number): TemplateResult | typeof nothing {
    const { words } = this;
    if (!product.variants.some(({ size }) => size)) return nothing;
    if (obvious(product)) return html`<p class="line-detail">${product.variants[0]?.size}</p>`;
    const missing = this.asked && !this.variant(product, place);
    return html`<select class=${missing ? "select asked" : "select"} aria-label=${`${words.size}: ${product.title}`} ?aria-invalid=${missing}
      @change=${(event: Event) => this.choose(place, (event.target as HTMLSelectElement).value)}>
      <option value="">${words.size}</option>
      ${product.variants.map((variant) => html`<option value=${variant.id} ?disabled=${!sellable(variant)}
        ?selected=${this.variant(product, place)?.id === variant.id}>${variant.size}${sellable(variant) ? "" : ` (${words.soldOut})`}</option>`)}
    </select>`;
  }

  private choose(place: number, id: string): void {
    this.chosen = { ...this.chosen, [place]: id };
    this.problem = "";
  }

  protected trouble(): TemplateResult | typeof nothing {
    return this.problem ? html`<p class="card-problem" role="alert">${this.problem}</p>` : nothing;
  }

  protected askForSizes(): void {
    this.asked = true;
    this.problem = this.words.chooseSizes;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(".select.asked")?.focus());
  }
}

class Compare extends Board {
  declare data: Comparison;

  protected override render(): TemplateResult {
    const { words, data } = this;
    return html`<div part="compare" class="compare" role="region" tabindex="0" aria-label=${words.compared}>
      <table>
        <caption class="hidden">${words.compared}</caption>
        <thead><tr><td></td>${data.products.map((product, place) => html`<th scope="col">${this.head(product, place)}</th>`)}</tr></thead>
        <tbody>${data.rows.map((row) => html`<tr class=${row.differs ? "differs" : ""}>
          <th scope="row" dir="auto">${row.label}</th>
          ${row.values.map((value) => html`<td dir="auto">${value ?? html`<span class="unstated">${words.unstated}</span>`}</td>`)}</tr>`)}</tbody>
      </table>
    </div>${this.trouble()}`;
  }

  private head(product: Product, place: number): TemplateResult {
    const { words, locale } = this;
    const variant = this.variant(product, place);
    const count = variant ? this.inCart(variant.id) : 0;
    const label = count ? `${words.added} (${count})` : words.addToCart;
    return html`${this.picture(product)}${this.link(product)}
      <span class="price">${price(variant?.price ?? product.price_range.min, locale)}</span>
      ${this.sizes(product, place)}
      <button class="small-button" type="button" aria-label=${`${label}: ${product.title}`} ?disabled=${!product.variants.some(sellable)} aria-busy=${this.busy ? "true" : "false"}
        @click=${() => this.add(product, place)}>${label}</button>`;
  }

  private add(product: Product, place: number): void {
    if (this.busy) return;
    const variant = this.variant(product, place);
    if (variant) {
      this.asked = false;
      this.tell("card-add", { product, variant, card: this });
      return;
    }
    this.askForSizes();
    this.problem = this.words.chooseSize;
  }
}

class LookBoard extends Board {
  declare data: Look;

  protected override render(): TemplateResult {
    const { words, data, api } = this;
    const board = api.link(data.image);
    const all = data.products.length > 0 && data.products.every((product, place) => this.inCart(this.variant(product, place)?.id ?? ""));
    return html`<section part="look" role="group" class="look" aria-label=${data.title || words.look}>
      <h3 dir="auto">${data.title || words.look}</h3>
      ${board ? html`<img class="board" src=${board} alt=${data.products.map(({ title }) => title).join(", ")} loading="lazy" />` : nothing}
      <ul>${data.products.map((product, place) => html`<li>
        ${this.picture(product)}
        <div>${this.link(product)}
          <p class="line-detail">${product.color}</p>
          ${this.sizes(product, place)}</div>
        <span class="price">${price(this.variant(product, place)?.price ?? product.price_range.min, this.locale)}</span></li>`)}</ul>
      ${data.total ? html`<p class="total"><span>${words.total}</span><strong>${price(data.total, this.locale)}</strong></p>` : nothing}
      ${this.trouble()}
      <button part="add-all-button" class=${all ? "add has" : "add"} type="button" aria-disabled=${this.busy ? "true" : "false"} @click=${this.addAll}>
        ${all ? icons.tick : nothing}<span>${this.busy ? words.adding : all ? words.added : words.addAll}</span></button>
    </section>`;
  }

  private addAll(): void {
    if (this.busy) return;
    const variants = this.data.products.map((product, place) => this.variant(product, place));
    if (variants.some((variant) => !variant)) return this.askForSizes();
    this.asked = false;
    this.problem = "";
    this.tell("look-add", { look: this.data, variants, card: this });
  }
}

export interface LookRequest {
  look: Look;
  variants: Variant[];
  card: Asking;
}

define("shopper-compare", Compare);
define("shopper-look", LookBoard);
