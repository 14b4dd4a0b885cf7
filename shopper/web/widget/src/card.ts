// <shopper-card>: one product in one colour, with its sizes, price and reason, ready for the cart.
// Knows nothing about the conversation; it asks by "card-add", "card-alike", "card-look", "card-where" and "card-open".

import { html, nothing, type TemplateResult } from "lit";
import type { Api } from "./api";
import { define, Piece } from "./element";
import { icons } from "./icons";
import { price } from "./money";
import type { Product, Variant } from "./wire";
import type { Words } from "./words";

const REASONS = 2; // as many as fit on a card; the server gives the strongest first
const FEW = 3; // pieces left from which a chosen size says so

export class Card extends Piece {
  static override properties = {
    product: {},
    api: {},
    words: {},
    locale: {},
    inCart: {},
    completes: {},
    phrase: {},
    chosen: { state: true },
    asked: { state: true },
    busy: { state: true },
    problem: { state: true },
  };
  declare product: Product;
  declare api: Api;
  declare words: Words;
  declare locale: string;
  declare inCart: (variant: string) => number;
  declare completes: boolean; // whether a look can be made around it
  declare phrase: string; // what was searched for in words, which the picture can show; or ""
  declare chosen: string | null;
  declare asked: boolean;
  declare busy: boolean;
  declare problem: string;

  /** The variant the shopper means: the one chosen, or the only one where there is no size to choose. */
  get variant(): Variant | null {
    const { variants } = this.product;
    if (variants.length === 1 && (!variants[0]?.size || variants[0].availability.available)) return variants[0] ?? null;
    return variants.find((variant) => variant.id === this.chosen) ?? null;
  }

  get sellable(): boolean {
    return this.product.variants.some((variant) => variant.availability.available);
  }

  protected override render(): TemplateResult {
    const { product, words } = this;
    const image = product.media.find((media) => media.type === "image");
    const source = this.api.link(image?.url);
    const reason = product.because?.filter(Boolean).slice(0, REASONS).join(" · ");
    const name = this.link(product.title, "card-title");
    return html`<article part="card" class="card" aria-label=${product.title}>
      <div class="frame">
        ${source ? this.link(html`<img part="card-image" src=${source} alt=${image?.alt ?? product.title} width="600" height="750" loading="lazy" decoding="async" />`, "card-picture", true) : nothing}
      </div>
      <div class="facts">
        ${this.makers()}
        <h3>${name}</h3>
        <p class="price-line">
          ${this.prices()}
          ${product.color
            ? html`<span part="color" class="color"><span class="hidden">${words.color}: </span>${product.color}</span>`
            : nothing}
        </p>
        ${product.confirmed === false ? html`<p part="unconfirmed" class="unconfirmed">${words.unconfirmed}</p>` : nothing}
        ${this.sizes()}
        ${reason ? html`<p part="because" class="because">${icons.tick}<span dir="auto">${reason}</span></p>` : nothing}
        ${this.phrase && source
          ? html`<button part="where-button" class="where" type="button" aria-haspopup="dialog" aria-label=${`${words.showWhere}: ${product.title}`}
              @click=${() => this.ask("card-where")}>${words.showWhere}</button>`
          : nothing}
        <div class="act">
          ${this.button()}
          <button part="alike-button" class="alike" type="button" aria-label=${`${words.moreLikeThis}: ${product.title}`}
            @click=${() => this.ask("card-alike")}>${icons.alike}<span>${words.moreLikeThis}</span></button>
          ${this.completes
            ? html`<button part="look-button" class="alike" type="button" aria-label=${`${words.completeLook}: ${product.title}`}
                @click=${() => this.ask("card-look")}>${icons.look}<span>${words.completeLook}</span></button>`
            : nothing}
        </div>
      </div>
    </article>`;
  }

  private link(content: TemplateResult | string, part: string, quiet = false): TemplateResult {
    const address = this.api.link(this.product.url);
    if (!address) return html`<span part=${part} class=${part}>${content}</span>`;
    // The picture repeats the title's link, so the keyboard and screen readers meet it once.
    return html`<a part=${part} class=${part} href=${address} tabindex=${quiet ? -1 : 0}
      aria-hidden=${quiet ? "true" : nothing} @click=${(event: Event) => this.ask("card-open", event)}>${content}</a>`;
  }

  private prices(): TemplateResult {
    const { product, words, locale } = this;
    const { min, max } = product.price_range;
    const variant = this.variant;
    const now = variant?.price ?? min;
    const before = variant ? variant.regular_price : product.regular_price;
    const sale = before && before.amount > now.amount ? before : null;
    const text = price(now, locale);
    const shown = !variant && max.amount > min.amount ? words.priceFrom(text) : text;
    if (!sale) return html`<span part="price" class="price">${shown}</span>`;
    return html`<span part="price" class="price">
      <span class="hidden">${words.priceNow} </span><ins part="price-sale">${shown}</ins>
      <span class="hidden">${words.priceBefore} </span><del part="price-regular">${price(sale, locale)}</del>
    </span>`;
  }

  private makers(): TemplateResult | typeof nothing {
    const { brand, rating } = this.product;
    if (!brand && !rating) return nothing;
    const value = rating ? new Intl.NumberFormat(this.locale, { maximumFractionDigits: 1 }).format(rating.value) : "";
    return html`<p class="makers">
      <span part="card-brand" class="brand">${brand}</span>
      ${rating
        ? html`<span part="rating" class="rating"><span class="hidden">${this.words.rated(value, rating.count ?? 0)}</span>
            <span aria-hidden="true">${icons.star}${value}</span></span>`
        : nothing}
    </p>`;
  }

  private sizes(): TemplateResult | typeof nothing {
    const { product, words } = this;
    const sized = product.variants.filter((variant) => variant.size);
    if (!sized.length) return nothing;
    const chosen = this.variant?.id;
    const left = this.variant?.availability.quantity ?? Infinity;
    return html`<fieldset part="sizes" class=${this.asked ? "sizes asked" : "sizes"}>
      <legend class="hidden">${words.size}: ${product.title}</legend>
      ${sized.map((variant) => {
        const { available } = variant.availability;
        return html`<button part=${available ? "size" : "size size-sold-out"} class="size" type="button" ?disabled=${!available}
          aria-pressed=${variant.id === chosen ? "true" : "false"} aria-label=${available ? nothing : `${variant.size}, ${words.soldOut}`}
          title=${available ? nothing : words.soldOut} @click=${() => this.choose(variant)}>${variant.size}</button>`;
      })}
      <p class="size-note" role="status">${this.asked ? words.chooseSize : left > 0 && left <= FEW ? words.few(left) : nothing}</p>
    </fieldset>`;
  }

  private button(): TemplateResult {
    const { words } = this;
    const count = this.variant ? this.inCart(this.variant.id) : 0;
    const label = this.busy ? words.adding : count ? `${words.added} (${count})` : words.addToCart;
    return html`<button part="add-button" class=${count ? "add has" : "add"} type="button" ?disabled=${!this.sellable}
        aria-busy=${this.busy ? "true" : "false"} aria-label=${`${this.sellable ? label : words.soldOut}: ${this.product.title}`}
        @click=${this.add}>
        ${count && !this.busy ? icons.tick : nothing}<span>${this.sellable ? label : words.soldOut}</span>
      </button>
      ${this.problem ? html`<p class="card-problem" role="alert">${this.problem}</p>` : nothing}`;
  }

  private choose(variant: Variant): void {
    this.chosen = this.chosen === variant.id ? null : variant.id;
    this.asked = false;
    this.problem = "";
  }

  private add(): void {
    if (this.busy) return;
    if (!this.variant) {
      this.asked = true;
      this.querySelector<HTMLElement>(".size:not([disabled])")?.focus();
      return;
    }
    this.ask("card-add");
  }

  private ask(name: string, cause?: Event): void {
    if (!this.tell(name, { product: this.product, variant: this.variant, card: this })) cause?.preventDefault();
  }
}

export interface CardRequest {
  product: Product;
  variant: Variant | null;
  card: Asking;
}

/** Who asked, and where the answer's progress is shown. */
export interface Asking {
  busy: boolean;
  problem: string;
}

define("shopper-card", Card);
