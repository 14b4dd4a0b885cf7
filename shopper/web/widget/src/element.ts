// What every element of the chat shares: it draws into its parent's shadow root and is defined once.
// Knows nothing about any of them. One root means one stylesheet and ::part names that a shop can reach.

import { LitElement } from "lit";

export class Piece extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}

export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
