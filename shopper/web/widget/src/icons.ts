// The chat's line icons, 24 by 24, in the colour of the text around them.
// Knows nothing about what they stand for; every one is hidden from screen readers.

import { svg, html, type TemplateResult } from "lit";

const draw = (paths: TemplateResult): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${paths}</svg>`;

export const icons = {
  bag: draw(svg`<path d="M5 8h14l1 12H4L5 8Z"/><path d="M8.5 10.5V7a3.5 3.5 0 0 1 7 0v3.5"/>`),
  bin: draw(svg`<path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.8 12.5h9.4L17.5 7M10 10.5v6M14 10.5v6"/>`),
  close: draw(svg`<path d="m6 6 12 12M18 6 6 18"/>`),
  photo: draw(svg`<path d="M4 8h3.5L9 5.5h6L16.5 8H20v11H4V8Z"/><circle cx="12" cy="13" r="3.5"/>`),
  send: draw(svg`<path d="M12 19V5M6 11l6-6 6 6"/>`),
  stop: draw(svg`<rect x="7" y="7" width="10" height="10" rx="1.5" fill="currentColor"/>`),
  left: draw(svg`<path d="m14.5 6-6 6 6 6"/>`),
  right: draw(svg`<path d="m9.5 6 6 6-6 6"/>`),
  tick: draw(svg`<path d="m5.5 12.5 4.5 4.5 9-10"/>`),
  plus: draw(svg`<path d="M12 6v12M6 12h12"/>`),
  minus: draw(svg`<path d="M6 12h12"/>`),
  alike: draw(svg`<path d="M5 10.5c2.4-3 4.6-3 7 0s4.6 3 7 0M5 16c2.4-3 4.6-3 7 0s4.6 3 7 0"/>`),
  star: draw(svg`<path d="m12 4.5 2.3 4.8 5.2.7-3.8 3.6.9 5.2-4.6-2.5-4.6 2.5.9-5.2L4.5 10l5.2-.7L12 4.5Z" fill="currentColor"/>`),
  look: draw(svg`<path d="M8 4h8l4 4-3 2v10H7V10L4 8l4-4Z"/>`),
  more: draw(svg`<path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="3"/>`),
  up: draw(svg`<path d="M4 11h3v9H4v-9Zm3 0 4-7c2 0 2.6 1 2.4 2.6L13 10h5.5c1 0 1.7.9 1.4 1.9l-1.8 6.4c-.3 1-1 1.7-2.1 1.7H7"/>`),
  mic: draw(svg`<rect x="9" y="4" width="6" height="10" rx="3"/><path d="M6 11.5a6 6 0 0 0 12 0M12 17.5V21"/>`),
  camera: draw(svg`<rect x="6" y="2.5" width="12" height="19" rx="2.5"/><circle cx="12" cy="11" r="3"/><path d="M11 18.5h2"/>`),
};
