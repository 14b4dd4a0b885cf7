// <shopper-picture>: a shopper's photo drawn on a canvas, which a strict policy on images allows.
// Knows nothing about the message it belongs to.

import { html, nothing, type PropertyValues } from "lit";
import type { Api } from "./api";
import type { SentPhoto } from "./chat";
import { define, Piece } from "./element";
import { fit } from "./photo";

const EDGE = 480; // twice what is shown, for sharp screens

export class Picture extends Piece {
  static override properties = { photo: {}, api: {}, label: {}, broken: { state: true } };
  declare photo: SentPhoto;
  declare api: Api;
  declare label: string;
  declare broken: boolean;

  protected override render(): unknown {
    return this.broken ? nothing : html`<canvas part="photo" class="photo" role="img" aria-label=${this.label}></canvas>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("photo")) void this.draw();
  }

  private async draw(): Promise<void> {
    const photo = this.photo;
    try {
      const blob = "blob" in photo ? photo.blob : await this.api.photo(photo.url);
      const bitmap = await createImageBitmap(blob);
      const canvas = this.querySelector("canvas");
      if (!canvas || photo !== this.photo) return;
      [canvas.width, canvas.height] = fit(bitmap.width, bitmap.height, EDGE);
      canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      bitmap.close();
    } catch {
      this.broken = true; // a photo that has expired on the server leaves its message standing
    }
  }
}

define("shopper-picture", Picture);
