// Defines <personal-shopper>: a launcher, and the chat behind it, fetched when it is first needed.
// Knows nothing about chatting; importing it where there is no page does nothing.

import { label } from "./launcher-words";
import css from "./launcher.css?inline";
import type { Panel } from "./panel";
import type { Context } from "./wire";
import { rightToLeft, wordsFor } from "./words";

const NAME = "personal-shopper";
const MOVES = ["scroll", "resize", "load"]; // after which something of the page may lie elsewhere
const SVG = "http://www.w3.org/2000/svg";

function define(): void {
  class PersonalShopper extends HTMLElement {
    static observedAttributes = ["locale", "api", "publishable-key", "mode"];
    #root = this.attachShadow({ mode: "open" });
    #button = document.createElement("button");
    #panel: Promise<Panel> | null = null;
    #context: Context = {};
    #lift = 0; // how far the button stands above its place
    #live = false; // an element that is upgraded hears of its attributes before it is connected

    constructor() {
      super();
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      this.#root.adoptedStyleSheets = [sheet];
      this.#button.className = "launcher";
      this.#button.setAttribute("part", "launcher");
      this.#button.ariaHasPopup = "dialog";
      const icon = document.createElementNS(SVG, "svg");
      icon.setAttribute("viewBox", "0 0 24 24");
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", "M20 11.5a7.5 7.5 0 0 1-11 6.6L4 20l1.6-4.6A7.5 7.5 0 1 1 20 11.5ZM9 11.5h6M9 8.5h6");
      icon.append(path);
      this.#button.append(icon);
      this.#button.onclick = () => void this.open();
    }

    get #locale(): string {
      return this.getAttribute("locale") || document.documentElement.lang || navigator.language;
    }

    get #inline(): boolean {
      return this.getAttribute("mode") === "inline";
    }

    connectedCallback(): void {
      this.#live = true;
      this.#show();
    }

    disconnectedCallback(): void {
      // A page that moves the element takes it out and puts it back at once; only a real goodbye ends the chat.
      queueMicrotask(() => this.isConnected || this.#end());
    }

    attributeChangedCallback(_name: string, before: string | null, now: string | null): void {
      if (!this.#live || before === now) return;
      this.#end();
      this.#show();
    }

    async open(): Promise<void> {
      this.setAttribute("open", "");
      this.#show();
      (await this.#load()).focus();
    }

    close(): void {
      if (this.#inline) return;
      const within = this.matches(":focus-within");
      this.removeAttribute("open");
      if (within) this.#button.focus();
    }

    async send(text: string): Promise<void> {
      this.setAttribute("open", "");
      await (await this.#load()).send(text);
    }

    /** Tells the chat where the shopper is: a product's page, or any other. */
    setContext(context: Context): void {
      this.#context = context;
      void this.#panel?.then((panel) => panel.setContext(context));
    }

    destroy(): void {
      this.#live = false;
      this.removeAttribute("open");
      this.#button.remove();
      this.#end();
    }

    /** Lifts the button above whatever of the page `avoid` names, where it would lie over it. */
    #clear = (): void => {
      const avoid = this.getAttribute("avoid");
      const home = this.#button.getBoundingClientRect();
      const at = home.top + this.#lift;
      let top = at;
      for (const one of avoid && !this.#inline ? document.querySelectorAll(avoid) : []) {
        const there = one.getBoundingClientRect();
        const beside = there.right < home.left || there.left > home.right || there.bottom < at || there.top > at + home.height;
        if (there.width && !beside) top = Math.min(top, there.top - home.height - 12);
      }
      this.#lift = at - top;
      this.#button.style.translate = this.#lift ? `0 ${-this.#lift}px` : "";
    };

    #show(): void {
      this.#button.ariaLabel = label(this.#locale);
      this.#button.dir = rightToLeft(this.#locale) ? "rtl" : "ltr";
      if (this.#inline) this.#button.remove();
      else this.#root.prepend(this.#button);
      for (const name of MOVES) addEventListener(name, this.#clear, { passive: true, capture: true });
      this.#clear();
      if (this.#inline || this.hasAttribute("open")) void this.#load();
    }

    #end(): void {
      for (const name of MOVES) removeEventListener(name, this.#clear, { capture: true });
      void this.#panel?.then((panel) => panel.destroy());
      this.#panel = null;
    }

    #load(): Promise<Panel> {
      return (this.#panel ??= Promise.all([import("./panel"), wordsFor(this.#locale)])
        .then(([{ mount }, words]) => {
          const panel = mount(this, this.#root, {
            api: this.getAttribute("api") || new URL(import.meta.url).origin,
            key: this.getAttribute("publishable-key"),
            locale: this.#locale,
            words,
            inline: this.#inline,
          });
          panel.setContext(this.#context);
          return panel;
        })
        .catch((error: unknown) => {
          this.#panel = null; // the next press tries again
          this.dispatchEvent(new CustomEvent("shopper:error", { detail: { error }, bubbles: true, composed: true }));
          throw error;
        }));
    }
  }
  customElements.define(NAME, PersonalShopper);
}

if (typeof window !== "undefined" && !customElements.get(NAME)) define();
