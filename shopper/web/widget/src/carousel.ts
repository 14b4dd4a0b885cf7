// <shopper-carousel>: cards side by side, moved by finger, wheel, keyboard or its two arrows.
// Knows nothing about products; it moves whatever children it is given.

import { html, nothing, type TemplateResult } from "lit";
import { define, Piece } from "./element";
import { icons } from "./icons";
import type { Words } from "./words";

export class Carousel extends Piece {
  static override properties = { items: {}, words: {}, start: { state: true }, end: { state: true } };
  declare items: TemplateResult[];
  declare words: Words;
  declare start: boolean;
  declare end: boolean;
  private sizes: ResizeObserver | null = null;

  protected override render(): TemplateResult {
    const { words } = this;
    return html`<div class="carousel">
      <ul part="cards" class="cards" @scroll=${this.look}>${this.items.map((item) => html`<li>${item}</li>`)}</ul>
      ${this.start && this.end
        ? nothing
        : html`<button part="arrow" class="arrow back" type="button" aria-label=${words.previous} ?disabled=${this.start}
            @click=${() => this.move(-1)}>${icons.left}</button>
          <button part="arrow" class="arrow on" type="button" aria-label=${words.next} ?disabled=${this.end}
            @click=${() => this.move(1)}>${icons.right}</button>`}
    </div>`;
  }

  protected override firstUpdated(): void {
    const list = this.list;
    if (!list) return;
    this.sizes = new ResizeObserver(() => this.look());
    this.sizes.observe(list);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sizes?.disconnect();
  }

  private get list(): HTMLElement | null {
    return this.querySelector(".cards");
  }

  private look(): void {
    const list = this.list;
    if (!list) return;
    const at = Math.abs(list.scrollLeft); // negative where text runs right to left
    this.start = at < 4;
    this.end = at + list.clientWidth > list.scrollWidth - 4;
  }

  private move(direction: 1 | -1): void {
    const list = this.list;
    if (!list) return;
    const sign = getComputedStyle(list).direction === "rtl" ? -direction : direction;
    list.scrollBy({ left: sign * list.clientWidth * 0.8 });
  }
}

define("shopper-carousel", Carousel);
