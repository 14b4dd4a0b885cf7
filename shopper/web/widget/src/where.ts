// <shopper-where>: a product's picture with the part marked that the shopper's words matched.
// Knows nothing about how likeness is measured; the server draws the picture.

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { type Api, Problem } from "./api";
import { define, Piece } from "./element";
import looks from "./where.css?inline";
import type { Product } from "./wire";
import type { Words } from "./words";

class Where extends Piece {
  static override looks = looks;
  static override properties = { product: {}, phrase: {}, api: {}, words: {}, state: { state: true }, problem: { state: true } };
  declare product: Product;
  declare phrase: string;
  declare api: Api;
  declare words: Words;
  declare state: "loading" | "shown" | "failed" | undefined;
  declare problem: string | undefined;

  protected override render(): TemplateResult {
    const { words, state } = this;
    const what = words.whereShown(this.phrase, this.product.title);
    return html`<figure part="where" class="evidence">
      <canvas role="img" aria-label=${what} ?hidden=${state !== "shown"}></canvas>
      ${state === "failed"
        ? html`<p class="card-problem" role="alert">${this.problem || words.failed}
            <button class="text-button" type="button" @click=${this.draw}>${words.retry}</button></p>`
        : html`<figcaption dir="auto">${what}</figcaption>`}
      ${state === "shown" || state === "failed" ? nothing : html`<p class="status" role="status">${words.working}</p>`}
    </figure>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("product")) void this.draw();
  }

  /** Fetched with the key and drawn, as a shopper's own photos are. */
  private async draw(): Promise<void> {
    this.state = "loading";
    try {
      const { product } = this;
      const bitmap = await createImageBitmap(await this.api.explain(product.id, this.phrase, product.color ?? null));
      const canvas = this.querySelector("canvas");
      if (!canvas || product !== this.product) return;
      [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
      canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
      bitmap.close();
      this.state = "shown";
    } catch (error) {
      this.problem = error instanceof Problem ? error.message : "";
      this.state = "failed";
    }
  }
}

define("shopper-where", Where);
