// What the demo page adds to the widget: links of a shop that doesn't exist lead nowhere, so it says so.
// Knows nothing about the chat's inside.

// `/?locale=fr` shows the page's chat in another of its languages, with that language's own examples.
const locale = new URLSearchParams(location.search).get("locale");
if (locale) {
  const shopper = document.querySelector("personal-shopper");
  document.documentElement.lang = locale;
  shopper.replaceChildren();
  shopper.setAttribute("locale", locale);
}

const note = document.getElementById("note");
let clearing = 0;

document.addEventListener("shopper:product-click", (event) => {
  const { product } = event.detail;
  // ".example" is reserved for hosts that never exist; a real shop's product page opens as usual.
  if (product.url && !new URL(product.url, location.href).hostname.endsWith(".example")) return;
  event.preventDefault();
  note.textContent = `In a real shop this opens the page of “${product.title}”.`;
  clearTimeout(clearing);
  clearing = setTimeout(() => (note.textContent = ""), 4000);
});
