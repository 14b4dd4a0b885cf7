// Shows the assistant's words: paragraphs, lists and bold, as nodes and never as HTML.
// Knows nothing about links or pictures, so that text can't bring any.

import { html, type TemplateResult } from "lit";

const BULLET = /^\s*(?:[-*•]|\d+[.)])\s+/;

export function rich(text: string): TemplateResult[] {
  const blocks: TemplateResult[] = [];
  let bullets: string[] = [];
  const flush = (): void => {
    if (bullets.length) blocks.push(html`<ul>${bullets.map((line) => html`<li dir="auto">${bold(line)}</li>`)}</ul>`);
    bullets = [];
  };
  for (const line of text.split("\n")) {
    if (BULLET.test(line)) bullets.push(line.replace(BULLET, ""));
    else {
      flush();
      if (line.trim()) blocks.push(html`<p dir="auto">${bold(line.replace(/^#+\s+/, ""))}</p>`);
    }
  }
  flush();
  return blocks;
}

/** The same line as a screen reader should say it, without the marks. */
export function plain(line: string): string {
  return line.replace(/^#+\s+/, "").replace(BULLET, "").replaceAll("**", "");
}

function bold(line: string): (string | TemplateResult)[] {
  return line.split(/\*\*(.+?)\*\*/).map((piece, index) => (index % 2 ? html`<strong>${piece}</strong>` : piece));
}
