// <shopper-picture>: a shopper's photo drawn on a canvas, which a strict policy on images allows.
// Knows nothing about the message it belongs to.

import { html, nothing, type PropertyValues } from "lit";
import type { Api } from "./api";
import type { SentPhoto } from "./chat";
import { define, Piece } from "./element";
import { fit } from "./photo";
import type { Region } from "./wire";

const EDGE = 480; // twice what is shown, for sharp screens

export class Picture extends Piece {
  static override properties = { photo: {}, api: {}, label: {}, searched: {}, broken: { state: true } };
  declare photo: SentPhoto;
  declare api: Api;
  declare label: string;
  declare searched: string; // says what the frame on a photo means
  declare broken: boolean;

  protected override render(): unknown {
    if (this.broken) return nothing;
    const note = this.photo.region ? this.searched : "";
    return html`<canvas part="photo" class="photo" role="img" aria-label=${note ? `${this.label}. ${note}` : this.label}></canvas>
      ${note ? html`<p part="photo-note" class="photo-note" aria-hidden="true">${note}</p>` : nothing}`;
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
      const brush = canvas.getContext("2d");
      brush?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      if (brush && photo.region) frame(brush, photo.region);
      bitmap.close();
    } catch {
      this.broken = true; // a photo that has expired on the server leaves its message standing
    }
  }
}

/** Veils what was not searched and frames what was; drawn, since a strict policy forbids styles. */
function frame(brush: CanvasRenderingContext2D, { left, top, width, height }: Region): void {
  const { width: w, height: h } = brush.canvas;
  const box = [left * w, top * h, width * w, height * h] as const;
  brush.fillStyle = "rgb(0 0 0 / 45%)";
  brush.beginPath();
  brush.rect(0, 0, w, h);
  brush.rect(...box);
  brush.fill("evenodd");
  for (const [color, thick] of [["#000", 7], ["#fff", 4]] as const) {
    brush.strokeStyle = color;
    brush.lineWidth = thick;
    brush.strokeRect(...box);
  }
}

define("shopper-picture", Picture);
