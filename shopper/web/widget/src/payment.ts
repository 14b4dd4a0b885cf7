// <shopper-payment>: what to pay, where and until when, with the state as it changes.
// Knows nothing about orders; it says "settled" once the money is there.

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { type Api, Problem } from "./api";
import { Clock, secondsTo, span } from "./clock";
import looks from "./commerce.css?inline";
import { define, Piece } from "./element";
import { price } from "./money";
import type { Payment, PaymentStatus } from "./wire";
import type { Words } from "./words";

const ENDED: readonly PaymentStatus[] = ["settled", "expired", "canceled", "refunded"];
const OPEN: readonly PaymentStatus[] = ["awaiting_payment", "partially_paid"];
const AGAIN = 3000; // milliseconds until a stream that broke is opened again
const OUTCOMES = ["pay", "underpay", "overpay", "expire"] as const;

/** Atomic units as people write them: ("49900000", 6) is "49.9". Never by way of a float. */
export function units(atomic: string, decimals: number): string {
  const digits = atomic.padStart(decimals + 1, "0");
  const part = decimals ? digits.slice(-decimals).replace(/0+$/, "") : "";
  const whole = decimals ? digits.slice(0, -decimals) : digits;
  return part ? `${whole}.${part}` : whole;
}

export class PaymentView extends Piece {
  static override looks = looks;
  static override properties = {
    payment: {}, api: {}, words: {}, locale: {},
    now: { state: true }, copied: { state: true }, busy: { state: true }, problem: { state: true },
  };
  declare payment: Payment | string; // the payment, or its id
  declare api: Api;
  declare words: Words;
  declare locale: string;
  declare now: Payment | null | undefined;
  declare copied: string | undefined;
  declare busy: boolean | undefined;
  declare problem: string | undefined;
  private watching: AbortController | null = null;

  constructor() {
    super();
    new Clock(this, () => !!this.now && OPEN.includes(this.now.status) && this.left > 0);
  }

  private get left(): number {
    return secondsTo(this.now?.expires_at ?? null);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("payment")) return;
    const { payment } = this;
    const id = typeof payment === "string" ? payment : payment.id;
    if (this.now?.id === id) return;
    this.now = typeof payment === "string" ? null : payment;
    void this.watch(id);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.now) void this.watch(this.now.id); // moved on the page
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.watching?.abort();
  }

  /** Follows the payment until nothing more can happen to it, through broken connections. */
  private async watch(id: string): Promise<void> {
    this.watching?.abort();
    const watching = (this.watching = new AbortController());
    const { signal } = watching;
    while (!signal.aborted && !(this.now && ENDED.includes(this.now.status))) {
      try {
        if (!this.now) this.take(await this.api.payment(id));
        for await (const now of this.api.watch(id, signal)) this.take(now);
        if (!signal.aborted) this.take(await this.api.payment(id));
        this.problem = "";
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429) {
          this.problem = error.message || this.words.failed;
          return;
        }
        this.problem = this.words.reconnecting;
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
  }

  private take(now: Payment): void {
    const before = this.now?.status;
    this.now = now;
    this.problem = "";
    if (now.status === before) return;
    if (before) this.tell("announce", `${this.words.paymentStatus[now.status]}. ${now.message}`);
    if (now.status === "settled") this.dispatchEvent(new Event("settled"));
  }

  protected override render(): TemplateResult {
    const { now, words } = this;
    const trouble = this.problem ? html`<p class="card-problem" role="alert">${this.problem}</p>` : nothing;
    if (!now) return html`<p class="state">${trouble === nothing ? words.restoring : trouble}</p>`;
    const open = OPEN.includes(now.status);
    return html`<section part="payment" role="group" class="receipt" aria-label=${words.payment}>
      <h3>${words.payment}</h3>
      <p part="payment-status" class="state" data-state=${now.status}>${words.paymentStatus[now.status]}</p>
      ${now.message ? html`<p class="line-detail" dir="auto">${now.message}</p>` : nothing}
      ${open && Number.isFinite(this.left) ? html`<p part="time-left" class="line-detail">${words.timeLeft(span(this.left))}</p>` : nothing}
      ${trouble}
      ${open ? this.how(now) : nothing}
      ${this.facts(now)}
      ${open && now.provider === "sandbox" ? this.sandbox(now) : nothing}
      ${this.support(now)}
    </section>`;
  }

  private how(now: Payment): TemplateResult {
    const { words, api } = this;
    const code = api.link(now.qr_url);
    return html`${code && now.address ? html`<img part="qr" class="qr" src=${code} alt=${words.qr} width="180" height="180" />` : nothing}
      ${now.uri && /^(ethereum|https?):/i.test(now.uri)
        ? html`<a part="wallet" class="small-button" href=${now.uri}>${words.wallet}</a>`
        : nothing}`;
  }

  private facts(now: Payment): TemplateResult {
    const { words } = this;
    const open = OPEN.includes(now.status);
    const arrived = /[1-9]/.test(now.received)
      ? now.asset ? `${units(now.received, now.asset.decimals)} ${now.asset.symbol}` : price({ ...now.amount, amount: Number(now.received) }, this.locale)
      : "";
    const amount = now.display_amount || price(now.amount, this.locale);
    return html`<dl class="facts-list">
      ${this.fact(words.amount, amount, open && now.address ? (/^[\d.,]+/.exec(amount)?.[0] ?? amount) : "")}
      ${now.address && open ? this.fact(words.address, now.address, now.address) : nothing}
      ${now.asset ? this.fact(words.network, now.asset.network) : nothing}
      ${arrived ? this.fact(words.received, arrived) : nothing}
      ${now.status === "confirming" && now.confirmations_needed
        ? this.fact(words.paymentStatus.confirming, words.confirmations(now.confirmations, now.confirmations_needed))
        : nothing}
      ${now.tx.map((tx) => this.fact(words.transaction, tx.hash, "", this.api.link(tx.url)))}
    </dl>`;
  }

  private fact(name: string, value: string, copy = "", link: string | null = null): TemplateResult {
    const { words } = this;
    const copied = !!copy && this.copied === copy;
    return html`<div><dt>${name}</dt><dd><bdi class="code">${link ? html`<a href=${link} target="_blank" rel="noopener">${value}</a>` : value}</bdi>
      ${copy ? html`<button class="text-button" type="button" aria-label=${`${copied ? words.copied : words.copy}: ${name}`}
        @click=${() => this.copy(copy)}>${copied ? words.copied : words.copy}</button>` : nothing}</dd></div>`;
  }

  private async copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      this.problem = this.words.failed; // no permission; the text can still be selected by hand
      return;
    }
    this.copied = text;
    this.tell("announce", this.words.copied);
  }

  private sandbox(now: Payment): TemplateResult {
    const { words } = this;
    return html`<fieldset part="sandbox" class="methods"><legend>${words.sandbox}</legend>
      <div class="choices">${OUTCOMES.map((outcome) => html`<button class="small-button" type="button" aria-disabled=${this.busy ? "true" : "false"}
        @click=${() => this.play(now.id, outcome)}>${words.outcomes[outcome]}</button>`)}</div></fieldset>`;
  }

  private async play(id: string, outcome: string): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      this.take(await this.api.play(id, outcome));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = error.message || this.words.failed;
    } finally {
      this.busy = false;
    }
  }

  private support(now: Payment): TemplateResult | typeof nothing {
    const { words, api } = this;
    const page = api.link(now.page_url);
    const { support } = now;
    const contact = support && (/^[^\s@/]+@[^\s@/]+$/.test(support) ? `mailto:${support}` : /^(https?:)?\//.test(support) ? api.link(support) : null);
    return html`<p class="line-detail links">
      ${page ? html`<a href=${page} target="_blank" rel="noopener">${words.ownPage}</a>` : nothing}
      ${contact ? html`<a href=${contact}>${words.help}</a>` : support ? html`<span dir="auto">${words.help}: ${support}</span>` : nothing}
    </p>`;
  }
}

define("shopper-payment", PaymentView);
