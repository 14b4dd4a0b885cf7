// What every element of the chat shares: it draws into its parent's shadow root and is defined once.
// Knows nothing about any of them. One root means one place for styles and ::part names that a shop can reach.

import { LitElement } from "lit";

const sheets = new Map<string, CSSStyleSheet>();

/** Adds a stylesheet to a shadow root, once; adopted sheets pass the strictest policy. */
export function dress(root: Node, css: string): void {
  if (!(root instanceof ShadowRoot)) return;
  let sheet = sheets.get(css);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    sheets.set(css, sheet);
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

export class Piece extends LitElement {
  /** What this element needs beside the chat's own styles; for those that are fetched later. */
  static looks = "";

  override connectedCallback(): void {
    super.connectedCallback();
    const { looks } = this.constructor as typeof Piece;
    if (looks) dress(this.getRootNode(), looks);
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** Says something to the chat around it; false where somebody prevented what would follow. */
  protected tell(name: string, detail: unknown): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, cancelable: true }));
  }
}

export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
