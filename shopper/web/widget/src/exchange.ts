// Draws one exchange: what the shopper said, what was understood, the cards, the words, the quick replies.
// Knows nothing about how any of it came about; what the shopper presses goes to `Actions`.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Api } from "./api";
import "./card";
import "./carousel";
import type { Exchange, ProductGroup, Reply } from "./chat";
import { icons } from "./icons";
import "./picture";
import { rich } from "./rich";
import type { Chip, Suggestion } from "./wire";
import type { Words } from "./words";

export interface Actions {
  removeChip(chip: Chip): void;
  suggest(suggestion: Suggestion): void;
  retry(exchange: Exchange): void;
  inCart(variant: string): number;
}

export interface Setting {
  api: Api;
  words: Words;
  locale: string;
  actions: Actions;
}

/** `last`: only the latest exchange can be edited, answered quickly or tried again. */
export function exchangeView(exchange: Exchange, last: boolean, setting: Setting): TemplateResult {
  const { words, api } = setting;
  const { said, photos, reply } = exchange;
  return html`<article class="exchange" data-id=${exchange.id} tabindex="-1">
    ${said || photos.length
      ? html`<div part="message message-shopper" class="said"><span class="hidden">${words.you}: </span>
          ${photos.map((photo) => html`<shopper-picture .photo=${photo} .api=${api} .label=${words.yourPhoto}></shopper-picture>`)}
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
    ${reply.groups.map((group) => groupView(group, setting))}
    ${reply.text
      ? html`<div part="message message-assistant" class="words"><span class="hidden">${words.assistant}: </span>${rich(reply.text)}</div>`
      : nothing}
    ${running && (!reply.text || reply.status)
      ? html`<p class="status"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${reply.status || words.working}</p>`
      : nothing}
    ${reply.state === "stopped" ? html`<p class="status">${words.stopped}</p>` : nothing}
    ${reply.state === "failed" ? html`<p part="problem" class="problem">${reply.problem || words.failed}</p>` : nothing}
    ${last && exchange.sent && (reply.state === "failed" || reply.state === "stopped")
      ? html`<button part="retry-button" class="text-button" type="button" @click=${() => setting.actions.retry(exchange)}>${words.retry}</button>`
      : nothing}
    ${last && !running && reply.suggestions.length ? suggestionsView(reply.suggestions, setting) : nothing}
  </div>`;
}

function understoodView({ chips, groups }: Reply, last: boolean, setting: Setting): TemplateResult {
  const [group] = groups;
  const more = groups.length === 1 && group && group.total > group.products.length ? group : null;
  return html`<div class="understood">
    ${chips.length ? chipsView(chips, last, setting) : nothing}
    ${more ? html`<p part="count" class="count">${setting.words.ofTotal(more.products.length, more.total)}</p>` : nothing}
  </div>`;
}

function chipsView(chips: Chip[], last: boolean, { words, actions }: Setting): TemplateResult {
  return html`<ul part="chips" class="chips" aria-label=${words.understood}>${chips.map((chip) =>
    last
      ? html`<li><button part="chip" class="chip" type="button" aria-label=${words.removeChip(chip.label)}
          title=${words.removeChip(chip.label)} @click=${() => actions.removeChip(chip)}>${chip.label}${icons.close}</button></li>`
      : html`<li><span part="chip" class="chip">${chip.label}</span></li>`,
  )}</ul>`;
}

function groupView(group: ProductGroup, { words, api, locale, actions }: Setting): TemplateResult {
  const { products, relaxed, nearest } = group;
  const cards = products.map(
    (product) => html`<shopper-card .product=${product} .api=${api} .words=${words} .locale=${locale} .inCart=${actions.inCart}></shopper-card>`,
  );
  return html`<section class="group" aria-label=${nearest ? words.nearest : words.products}>
    ${relaxed.map((wish) => html`<p part="relaxed" class="relaxed" dir="auto">${wish.message}</p>`)}
    ${nearest ? html`<p class="count">${words.nearest}</p>` : nothing}
    ${cards.length ? html`<shopper-carousel .items=${cards} .words=${words}></shopper-carousel>` : nothing}
  </section>`;
}

function suggestionsView(suggestions: Suggestion[], { words, actions }: Setting): TemplateResult {
  return html`<ul part="suggestions" class="suggestions" aria-label=${words.replies}>${repeat(
    suggestions,
    (suggestion) => suggestion.label,
    (suggestion) => html`<li><button part="suggestion" class="suggestion" type="button" dir="auto"
        @click=${() => actions.suggest(suggestion)}>${suggestion.label}</button></li>`,
  )}</ul>`;
}
