// <shopper-chip-editor>, <shopper-preferences> and <shopper-person>: small forms that few shoppers open.
// Knows nothing about the conversation; an edit is said by "chip-edit", a form that is done by "done".

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { type Api, Problem } from "./api";
import { define, Piece } from "./element";
import { price, unitOf } from "./money";
import type { Chip, Handoff, Preferences, Product, QueryEdit } from "./wire";
import looks from "./wishes.css?inline";
import type { Words } from "./words";

export interface ChipEdit {
  said: string;
  edit: QueryEdit;
}

/** An amount as somebody typed it, in minor units; null for an empty field, undefined for no amount. */
export function minor(typed: string, unit: number): number | null | undefined {
  const text = typed.trim().replace(/\s/g, "").replace(",", ".");
  if (!text) return null;
  return /^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * unit) : undefined;
}

export class ChipEditor extends Piece {
  static override looks = looks;
  static override properties = { chip: {}, chips: {}, products: {}, words: {}, locale: {} };
  declare chip: Chip;
  declare chips: Chip[];
  declare products: Product[];
  declare words: Words;
  declare locale: string;

  protected override render(): TemplateResult {
    const { chip, words } = this;
    return html`<form part="chip-editor" class="editor" aria-label=${words.editChip(chip.label)} @submit=${this.submit} @keydown=${this.key}>
      ${chip.field.startsWith("price") ? this.prices() : this.choices()}
      <button class="text-button" type="button" @click=${() => this.tell("done", null)}>${words.cancel}</button>
    </form>`;
  }

  protected override firstUpdated(): void {
    this.querySelector<HTMLElement>("input, button")?.focus();
  }

  private get currency(): string {
    return this.products[0]?.price_range.min.currency ?? "EUR";
  }

  private prices(): TemplateResult {
    const { words } = this;
    const unit = unitOf(this.currency);
    const now = (field: string): string => {
      const value = this.chips.find((chip) => chip.field === field)?.value;
      return value ? String(Number(value) / unit) : "";
    };
    return html`${[["price.min", words.lowest], ["price.max", words.highest]].map(([field, label]) => html`<label>${label} (${this.currency})
        <input name=${field} inputmode="decimal" autocomplete="off" .value=${now(field!)} /></label>`)}
      <button class="plain-button" type="submit">${words.apply}</button>`;
  }

  private choices(): TemplateResult {
    const { chip, words } = this;
    const colors = chip.field === "colors";
    const sizes = [...new Set(this.products.flatMap(({ variants }) => variants.map(({ size }) => size ?? "")))].filter(Boolean);
    const all: [string, string][] = colors ? Object.entries(words.colors) : sizes.map((size) => [size, size]);
    return html`<div class="options">${all.map(([value, label]) => html`<button class="option" type="button"
        aria-pressed=${this.chips.some((other) => other.field === chip.field && other.value === value) ? "true" : "false"}
        @click=${() => this.replace(value, label)}>${label}</button>`)}</div>`;
  }

  private replace(value: string, label: string): void {
    const { chip, chips } = this;
    const kept = chips.filter((other) => other.field === chip.field && other.value !== chip.value).map((other) => other.value ?? "");
    this.say(label, { set: { [chip.field]: [...new Set([...kept, value])] } });
  }

  private submit(event: Event): void {
    event.preventDefault();
    const unit = unitOf(this.currency);
    const inputs = [...this.querySelectorAll<HTMLInputElement>("input")];
    const [min, max] = inputs.map((input) => {
      const amount = minor(input.value, unit);
      input.toggleAttribute("aria-invalid", amount === undefined);
      return amount;
    });
    if (min === undefined || max === undefined) return;
    const shown = (amount: number | null): string => (amount === null ? "" : price({ amount, currency: this.currency }, this.locale));
    this.say([shown(min), shown(max)].join(" – ").replace(/^ – $/, "–").trim(), { set: { price: { min, max } } });
  }

  private say(value: string, edit: QueryEdit): void {
    const detail: ChipEdit = { said: this.words.instead(value, this.chip.label), edit };
    this.tell("chip-edit", detail);
    this.tell("done", null);
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // closes the editor, not the chat
    this.tell("done", null);
  }
}

/** What both forms need: the thread's API, and a place for what went wrong. */
class Form extends Piece {
  static override looks = looks;
  static override properties = { api: {}, words: {}, thread: {}, busy: { state: true }, problem: { state: true }, said: { state: true }, now: { state: true } };
  declare api: Api;
  declare words: Words;
  declare thread: string;
  declare busy: boolean | undefined;
  declare problem: string | undefined;
  declare said: string | undefined;

  /** A busy form's buttons stay pressable, because one that is disabled loses the focus; they do nothing. */
  protected async attempt(work: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = this.said = "";
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = error.message || this.words.failed;
    } finally {
      this.busy = false;
    }
  }

  protected outcome(): TemplateResult {
    return html`${this.problem ? html`<p class="card-problem" role="alert">${this.problem}</p>` : nothing}
      <p class="said-done" role="status">${this.said ?? ""}</p>`;
  }

  protected value(name: string): string {
    return this.querySelector<HTMLInputElement | HTMLTextAreaElement>(`[name=${name}]`)?.value.trim() ?? "";
  }
}

const listed = (text: string): string[] => text.split(/[,،;]/).map((one) => one.trim()).filter(Boolean);

class PreferencesForm extends Form {
  static override properties = { ...Form.properties, currency: {} };
  declare now: Preferences | undefined;
  declare currency: string | undefined; // of the shop; unknown until its cart was read

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("thread")) void this.attempt(() => this.read());
  }

  protected override render(): TemplateResult {
    const { now, words } = this;
    if (!now) return html`<p class="line-detail">${words.restoring}</p>${this.outcome()}`;
    const field = (name: "sizes" | "brands" | "dislikes"): TemplateResult => html`<label>${words[name]}
      <input name=${name} autocomplete="off" .value=${now[name].join(", ")} aria-describedby="commas" /></label>`;
    const currency = now.budget?.currency ?? this.currency;
    const budget = now.budget ? String(now.budget.amount / unitOf(now.budget.currency)) : "";
    return html`<form part="preferences" class="form" @submit=${this.submit}>
      <p class="line-detail">${words.preferencesHint}</p>
      <label class="check"><input name="enabled" type="checkbox" .checked=${now.enabled} /> ${words.remember}</label>
      ${field("sizes")}${field("brands")}
      <label>${words.budget}${currency ? ` (${currency})` : nothing}<input name="budget" inputmode="decimal" autocomplete="off" .value=${budget} /></label>
      ${field("dislikes")}
      <p id="commas" class="line-detail">${words.commas}</p>
      ${this.outcome()}
      <div class="choices"><button class="plain-button" type="submit" aria-disabled=${this.busy ? "true" : "false"}>${words.save}</button>
        <button class="text-button" type="button" aria-disabled=${this.busy ? "true" : "false"} @click=${this.forget}>${words.forgetPreferences}</button></div>
    </form>`;
  }

  private submit(event: Event): void {
    event.preventDefault();
    const currency = this.now?.budget?.currency ?? this.currency ?? "EUR";
    const amount = minor(this.value("budget"), unitOf(currency));
    const input = this.querySelector<HTMLInputElement>("[name=budget]");
    input?.toggleAttribute("aria-invalid", amount === undefined);
    if (amount === undefined) return input?.focus();
    const wanted: Preferences = {
      enabled: this.querySelector<HTMLInputElement>("[name=enabled]")?.checked ?? false,
      sizes: listed(this.value("sizes")),
      brands: listed(this.value("brands")),
      dislikes: listed(this.value("dislikes")),
      budget: amount === null ? null : { amount, currency },
    };
    void this.attempt(async () => {
      this.now = await this.api.setPreferences(this.thread, wanted);
      this.said = this.words.saved;
    });
  }

  private async read(): Promise<void> {
    const now = await this.api.preferences(this.thread);
    if (!now.budget) this.currency ??= (await this.api.cart(this.thread)).currency;
    this.now = now;
  }

  private forget(): void {
    void this.attempt(async () => {
      await this.api.forgetPreferences(this.thread);
      this.now = { enabled: false, sizes: [], brands: [], budget: null, dislikes: [] };
      this.said = this.words.saved;
    });
  }
}

class PersonForm extends Form {
  declare now: Handoff | undefined;

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("now") && this.now) this.querySelector<HTMLElement>(".answer")?.focus(); // the pressed button is gone
  }

  protected override render(): TemplateResult {
    const { now, words } = this;
    if (now) return html`<div class="answer" role="status" tabindex="-1">${handoff(now, this.api)}</div>`;
    return html`<form part="person" class="form" @submit=${this.submit}>
      <p>${words.personAsk}</p>
      <label>${words.note}<textarea name="note" rows="4" maxlength="1000"></textarea></label>
      <label>${words.email}<input name="email" type="email" autocomplete="email" /></label>
      ${this.outcome()}
      <div class="choices"><button class="plain-button" type="submit" aria-disabled=${this.busy ? "true" : "false"}>${words.send}</button></div>
    </form>`;
  }

  private submit(event: Event): void {
    event.preventDefault();
    void this.attempt(async () => void (this.now = await this.api.handOff(this.thread, this.value("note"), this.value("email"))));
  }
}

function handoff({ message, contact }: Handoff, api: Api): TemplateResult {
  return html`<p dir="auto">${message}</p>${contact ? html`<p dir="auto">${reach(contact, api)}</p>` : nothing}`;
}

/** A way to reach somebody: an e-mail address or a web address becomes a link. */
export function reach(contact: string, api: Api): TemplateResult | string {
  const address = /^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(contact) ? `mailto:${contact}` : /^https?:\/\//.test(contact) ? api.link(contact) : null;
  return address ? html`<a href=${address}>${contact}</a>` : contact;
}

class HandoffNote extends Piece {
  static override looks = looks;
  static override properties = { data: {}, api: {}, words: {} };
  declare data: Handoff;
  declare api: Api;
  declare words: Words;

  protected override render(): TemplateResult {
    return html`<section part="handoff" role="group" class="handoff" aria-label=${this.words.person}>${handoff(this.data, this.api)}</section>`;
  }
}

define("shopper-chip-editor", ChipEditor);
define("shopper-preferences", PreferencesForm);
define("shopper-person", PersonForm);
define("shopper-handoff", HandoffNote);
