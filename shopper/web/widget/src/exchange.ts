// Draws one exchange: what the shopper said, what was understood, the cards, the words, the quick replies.
// Knows nothing about how any of it came about; what the shopper presses goes to `Actions`.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Api } from "./api";
import "./card";
import "./carousel";
import type { Exchange, Extra, ProductGroup, Reply } from "./chat";
import { icons } from "./icons";
import { need } from "./later";
import "./picture";
import { rich } from "./rich";
import type { Chip, Suggestion } from "./wire";
import type { Words } from "./words";

export interface Actions {
  removeChip(chip: Chip): void;
  editChip(chip: Chip | null): void;
  rate(reply: Reply, rating: "up" | "down"): void;
  suggest(suggestion: Suggestion): void;
  retry(exchange: Exchange): void;
  inCart(variant: string): number;
}

export interface Setting {
  api: Api;
  words: Words;
  locale: string;
  actions: Actions;
  editing: Chip | null;
  showing: Exchange | null; // the latest with products: a look can be made around these
}

/** `last`: only the latest exchange can be edited, answered quickly or tried again. */
export function exchangeView(exchange: Exchange, last: boolean, setting: Setting): TemplateResult {
  const { words, api } = setting;
  const { said, photos, reply } = exchange;
  return html`<article class="exchange" data-id=${exchange.id} tabindex="-1">
    ${said || photos.length
      ? html`<div part="message message-shopper" class="said"><span class="hidden">${words.you}: </span>
          ${photos.map((photo) => html`<shopper-picture .photo=${photo} .api=${api} .label=${words.yourPhoto} .searched=${words.searchedPart}></shopper-picture>`)}
          ${said ? html`<p dir="auto">${said}</p>` : nothing}</div>`
      : nothing}
    ${reply ? replyView(exchange, reply, last, setting) : nothing}
  </article>`;
}

function replyView(exchange: Exchange, reply: Reply, last: boolean, setting: Setting): TemplateResult {
  const { words } = setting;
  const running = reply.state === "running";
  return html`<div class="reply" aria-busy=${running ? "true" : "false"}>
    ${reply.chips.length || reply.groups.length ? understoodView(reply, last, setting) : nothing}
    ${reply.groups.map((group) => groupView(group, exchange === setting.showing, reply.phrase, setting))}
    ${reply.text
      ? html`<div part="message message-assistant" class="words"><span class="hidden">${words.assistant}: </span>${rich(reply.text)}</div>`
      : nothing}
    ${reply.extras.map((extra) => extraView(extra, setting))}
    ${reply.lost ? html`<p part="reconnecting" class="status">${words.reconnecting}</p>` : nothing}
    ${running && !reply.lost && (!reply.text || reply.status)
      ? html`<p class="status"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${reply.status || words.working}</p>`
      : nothing}
    ${reply.state === "stopped" ? html`<p class="status">${words.stopped}</p>` : nothing}
    ${reply.state === "failed" ? html`<p part="problem" class="problem">${reply.problem || words.failed}</p>` : nothing}
    ${last && exchange.sent && (reply.state === "failed" || reply.state === "stopped")
      ? html`<button part="retry-button" class="text-button" type="button" @click=${() => setting.actions.retry(exchange)}>${words.retry}</button>`
      : nothing}
    ${reply.id && reply.state === "done" && (reply.text || reply.groups.length) ? thumbsView(reply, setting) : nothing}
    ${last && !running && reply.suggestions.length ? suggestionsView(reply.suggestions, setting) : nothing}
  </div>`;
}

function understoodView(reply: Reply, last: boolean, setting: Setting): TemplateResult {
  const { chips, groups } = reply;
  const [group] = groups;
  const more = groups.length === 1 && group && group.total > group.products.length ? group : null;
  const { editing } = setting;
  return html`<div class="understood">
      ${chips.length ? chipsView(chips, last, setting) : nothing}
      ${more ? html`<p part="count" class="count">${setting.words.ofTotal(more.products.length, more.total)}</p>` : nothing}
    </div>
    ${last && editing && chips.includes(editing)
      ? html`<shopper-chip-editor .chip=${editing} .chips=${chips} .products=${groups.flatMap(({ products }) => products)}
          .words=${setting.words} .locale=${setting.locale}></shopper-chip-editor>`
      : nothing}`;
}

const EDITABLE = /^(price\.|sizes$|colors$)/;

function chipsView(chips: Chip[], last: boolean, { words, actions, editing }: Setting): TemplateResult {
  const chipView = (chip: Chip): TemplateResult => {
    if (!last) return html`<span part="chip" class="chip">${chip.label}</span>`;
    const remove = { label: words.removeChip(chip.label), press: () => actions.removeChip(chip) };
    if (!EDITABLE.test(chip.field)) {
      return html`<button part="chip" class="chip" type="button" aria-label=${remove.label} title=${remove.label} @click=${remove.press}>
        ${chip.label}${icons.close}</button>`;
    }
    const open = editing === chip;
    return html`<span part="chip" class="chip pair">
      <button part="chip-edit" class="chip-edit" type="button" aria-expanded=${open ? "true" : "false"} aria-label=${words.editChip(chip.label)}
        title=${words.editChip(chip.label)} @click=${() => actions.editChip(open ? null : chip)}>${chip.label}</button>
      <button part="chip-remove" class="chip-remove" type="button" aria-label=${remove.label} title=${remove.label}
        @click=${remove.press}>${icons.close}</button></span>`;
  };
  return html`<ul part="chips" class="chips" aria-label=${words.understood}>${chips.map((chip) => html`<li>${chipView(chip)}</li>`)}</ul>`;
}

function groupView(group: ProductGroup, completes: boolean, phrase: string, { words, api, locale, actions }: Setting): TemplateResult {
  const { products, relaxed, nearest } = group;
  const cards = products.map(
    (product) => html`<shopper-card .product=${product} .api=${api} .words=${words} .locale=${locale} .inCart=${actions.inCart}
      .completes=${completes && !nearest && !!product.position} .phrase=${phrase}></shopper-card>`,
  );
  return html`<section role="group" class="group" aria-label=${nearest ? words.nearest : words.products}>
    ${relaxed.map((wish) => html`<p part="relaxed" class="relaxed" dir="auto">${wish.message}</p>`)}
    ${nearest ? html`<p class="count">${words.nearest}</p>` : nothing}
    ${cards.length ? html`<shopper-carousel .items=${cards} .words=${words}></shopper-carousel>` : nothing}
  </section>`;
}

function extraView(extra: Extra, { words, api, locale, actions }: Setting): TemplateResult | typeof nothing {
  switch (extra.type) {
    case "data-compare":
      void need("boards");
      return html`<shopper-compare .data=${extra.data} .api=${api} .words=${words} .locale=${locale} .inCart=${actions.inCart}></shopper-compare>`;
    case "data-look":
      void need("boards");
      return html`<shopper-look .data=${extra.data} .api=${api} .words=${words} .locale=${locale} .inCart=${actions.inCart}></shopper-look>`;
    case "data-handoff":
      void need("wishes");
      return html`<shopper-handoff .data=${extra.data} .api=${api} .words=${words}></shopper-handoff>`;
    case "data-checkout": {
      const { checkout } = extra.data;
      if (!checkout) return nothing;
      void need("commerce");
      return html`<shopper-checkout .checkout=${checkout} .api=${api} .words=${words} .locale=${locale}></shopper-checkout>`;
    }
  }
}

function thumbsView(reply: Reply, { words, actions }: Setting): TemplateResult {
  const thumb = (rating: "up" | "down", label: string): TemplateResult => html`<button part="thumb" class=${rating === "up" ? "thumb" : "thumb bad"} type="button"
    aria-label=${label} title=${label} aria-pressed=${reply.rating === rating ? "true" : "false"}
    @click=${() => actions.rate(reply, rating)}>${icons.up}</button>`;
  return html`<div part="thumbs" class="thumbs">${thumb("up", words.helpful)}${thumb("down", words.unhelpful)}</div>`;
}

function suggestionsView(suggestions: Suggestion[], { words, actions }: Setting): TemplateResult {
  return html`<ul part="suggestions" class="suggestions" aria-label=${words.replies}>${repeat(
    suggestions,
    (suggestion) => suggestion.label,
    (suggestion) => html`<li><button part="suggestion" class="suggestion" type="button" dir="auto"
        @click=${() => actions.suggest(suggestion)}>${suggestion.label}</button></li>`,
  )}</ul>`;
}
