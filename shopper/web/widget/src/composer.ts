// <shopper-composer>: where the shopper writes, speaks and adds photos; it says "composed" or "stop".
// Knows nothing about the conversation.

import { html, nothing, type TemplateResult } from "lit";
import type { Api } from "./api";
import { define, Piece } from "./element";
import { icons } from "./icons";
import { MOST_PHOTOS, type Photo, pictures, prepare } from "./photo";
import { canListen, type Listener, listen } from "./voice";
import type { Words } from "./words";

export interface Composed {
  text: string;
  photos: Photo[];
}

export class Composer extends Piece {
  static override properties = {
    words: {},
    api: {},
    running: {},
    photos: { state: true },
    problem: { state: true },
    locale: {},
    empty: { state: true },
    listener: { state: true },
  };
  declare words: Words;
  declare api: Api;
  declare running: boolean;
  declare photos: Photo[];
  declare problem: string;
  declare locale: string;
  declare empty: boolean;
  declare listener: Listener | null;

  constructor() {
    super();
    this.photos = [];
    this.problem = "";
    this.empty = true;
    this.listener = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.listener?.stop();
  }

  override focus(): void {
    this.input?.focus();
  }

  /** Takes files that were chosen, pasted or dropped, and says which can't be used. */
  async take(files: Iterable<File> | null | undefined): Promise<void> {
    const chosen = [...(files ?? [])];
    if (!chosen.length) return;
    const readable = pictures(chosen);
    this.problem = readable.length < chosen.length ? this.words.notAPhoto : "";
    for (const file of readable) {
      if (this.photos.length >= MOST_PHOTOS) {
        this.problem = this.words.tooManyPhotos(MOST_PHOTOS);
        break;
      }
      try {
        this.photos = [...this.photos, await prepare(file)];
      } catch {
        this.problem = this.words.notAPhoto; // whatever its name says, the browser can't decode it
      }
    }
    this.focus();
  }

  protected override render(): TemplateResult {
    const { words } = this;
    const ready = !this.empty || this.photos.length > 0;
    return html`<form part="composer" class="composer" @submit=${this.submit}>
      ${this.problem ? html`<p class="composer-problem" role="alert">${this.problem}</p>` : nothing}
      ${this.photos.length
        ? html`<ul class="previews">${this.photos.map(
            (photo) => html`<li><shopper-picture .photo=${{ blob: photo.blob }} .api=${this.api} .label=${words.yourPhoto}></shopper-picture>
              <button class="unpick" type="button" aria-label=${words.removePhoto} @click=${() => this.drop(photo)}>${icons.close}</button></li>`,
          )}</ul>`
        : nothing}
      <div class="bar">
        <input class="hidden" type="file" accept="image/*" multiple tabindex="-1" aria-hidden="true" @change=${this.picked} />
        <input class="hidden" type="file" accept="image/*" capture="environment" tabindex="-1" aria-hidden="true" @change=${this.picked} />
        <button part="photo-button" class="icon-button" type="button" aria-label=${words.addPhoto} title=${words.addPhoto}
          @click=${() => this.pick(":not([capture])")}>${icons.photo}</button>
        <button part="camera-button" class="icon-button camera" type="button" aria-label=${words.camera} title=${words.camera}
          @click=${() => this.pick("[capture]")}>${icons.camera}</button>
        <textarea part="input" rows="1" dir="auto" maxlength="4000" enterkeyhint="send" aria-label=${words.message}
          placeholder=${this.listener ? words.listening : words.placeholder} @input=${this.typed} @keydown=${this.key} @paste=${this.paste}></textarea>
        ${canListen()
          ? html`<button part="voice-button" class=${this.listener ? "icon-button on-air" : "icon-button"} type="button" aria-label=${words.speak}
              title=${words.speak} aria-pressed=${this.listener ? "true" : "false"} @click=${this.speak}>${icons.mic}</button>`
          : nothing}
        ${this.running && !ready
          ? html`<button part="stop-button" class="go" type="button" aria-label=${words.stop} title=${words.stop}
              @click=${() => this.dispatchEvent(new Event("stop"))}>${icons.stop}</button>`
          : html`<button part="send-button" class="go" type="submit" aria-label=${words.send} title=${words.send}
              ?disabled=${!ready}>${icons.send}</button>`}
      </div>
    </form>`;
  }

  private get input(): HTMLTextAreaElement | null {
    return this.querySelector("textarea");
  }

  private pick(which: string): void {
    this.querySelector<HTMLInputElement>(`input[type=file]${which}`)?.click();
  }

  /** Writes what is heard after what is already there; the shopper sends it. */
  private speak(): void {
    if (this.listener) return this.listener.stop();
    const input = this.input;
    if (!input) return;
    const before = input.value.trim();
    this.listener = listen(this.locale, {
      heard: (words) => {
        input.value = [before, words].filter(Boolean).join(" ");
        this.typed();
      },
      ended: (failed) => {
        this.listener = null;
        if (failed) this.problem = this.words.failed;
        this.focus();
      },
    });
  }

  private typed(): void {
    const input = this.input;
    if (!input) return;
    this.empty = !input.value.trim();
    input.style.height = "auto"; // set by script, which a strict style policy allows
    input.style.height = `${input.scrollHeight}px`;
  }

  private key(event: KeyboardEvent): void {
    // While an input method composes a word, Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  private submit(event?: Event): void {
    event?.preventDefault();
    const input = this.input;
    const text = input?.value.trim() ?? "";
    if (!input || (!text && !this.photos.length)) return;
    this.listener?.stop();
    const detail: Composed = { text, photos: this.photos };
    input.value = "";
    this.photos = [];
    this.problem = "";
    this.typed();
    this.dispatchEvent(new CustomEvent<Composed>("composed", { detail }));
  }

  private paste(event: ClipboardEvent): void {
    const files = pictures(event.clipboardData?.files);
    if (!files.length) return;
    event.preventDefault(); // a copied picture often comes with its file name as text
    void this.take(files);
  }

  private picked(event: Event): void {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    input.value = ""; // so that the same photo can be chosen again
    void this.take(files);
  }

  private drop(photo: Photo): void {
    this.photos = this.photos.filter((other) => other !== photo);
    this.focus();
  }
}

define("shopper-composer", Composer);
