// What a shop's own page does beside the widget: the bag's count, the product page's button, the cart page.
// Knows nothing about the chat's inside; it shares the thread that the widget keeps, so both have one cart.

const shopper = document.querySelector("personal-shopper");
const kept = `shopper:thread:${location.origin}:`;
const product = document.body.dataset.product;

async function ask(method, path, body) {
  const headers = body ? { "content-type": "application/json" } : {};
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const answer = response.status === 204 ? null : await response.json();
  if (!response.ok) throw Object.assign(new Error(answer?.detail ?? "That didn’t work."), { status: response.status });
  return answer;
}

async function thread() {
  const known = localStorage.getItem(kept);
  if (known) return known;
  const { id } = await ask("POST", "/v1/threads");
  localStorage.setItem(kept, id);
  return id;
}

/** The cart as it is now; null where this browser has none yet, or its chat was deleted. */
async function read() {
  const id = localStorage.getItem(kept);
  if (!id) return null;
  try {
    return await ask("GET", `/v1/threads/${id}/cart`);
  } catch (error) {
    if (error.status !== 404) throw error;
    localStorage.removeItem(kept);
    return null;
  }
}

async function set(variant, change) {
  const id = await thread();
  const cart = await ask("GET", `/v1/threads/${id}/cart`);
  const quantity = change(cart.lines.find((line) => line.variant_id === variant)?.quantity ?? 0);
  return ask("PATCH", `/v1/threads/${id}/cart`, { version: cart.version, set: [{ variant_id: variant, quantity }] });
}

const price = ({ amount, currency }) => {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
};

function show(cart) {
  const lines = cart?.lines ?? [];
  document.getElementById("count").textContent = lines.reduce((sum, line) => sum + line.quantity, 0) || "";
  const bag = document.getElementById("bag");
  if (!bag) return;
  bag.hidden = !lines.length;
  document.getElementById("empty").hidden = lines.length > 0;
  if (!lines.length) return;
  document.getElementById("total").textContent = price(cart.total);
  bag.tBodies[0].replaceChildren(...lines.map(row));
}

function row(line) {
  const at = document.createElement("tr");
  const link = document.createElement("a");
  link.href = `/store/p/${encodeURIComponent(line.product_id)}`;
  link.textContent = [line.title, line.color, line.size].filter(Boolean).join(", ");
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "quiet";
  remove.textContent = "Remove";
  remove.ariaLabel = `Remove ${line.title}`;
  remove.addEventListener("click", () => attempt(() => set(line.variant_id, () => 0)));
  for (const content of [link, String(line.quantity), price(line.line_total), remove]) {
    const cell = document.createElement("td");
    cell.append(content);
    at.append(cell);
  }
  return at;
}

async function attempt(work, done = "") {
  const note = document.querySelector("main [role=status]");
  try {
    show(await work());
    if (note) note.textContent = done;
  } catch (error) {
    if (note) note.textContent = error.message;
  }
}

document.getElementById("add")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const variant = new FormData(event.target).get("variant");
  attempt(() => set(variant, (quantity) => quantity + 1), "It’s in your bag.");
});
document.getElementById("ask")?.addEventListener("click", () => shopper.open());

document.addEventListener("shopper:add-to-cart", (event) => show(event.detail.cart));
document.addEventListener("shopper:checkout", () => attempt(read));
document.addEventListener("shopper:product-click", (event) => {
  event.preventDefault(); // the catalog's own links lead to a shop that doesn't exist
  const { product, variant } = event.detail;
  const color = variant?.color ?? product.color;
  location.assign(`/store/p/${encodeURIComponent(product.id)}${color ? `?color=${encodeURIComponent(color)}` : ""}`);
});
customElements.whenDefined("personal-shopper").then(() => shopper.setContext(product ? { product_id: product } : { page: location.pathname }));
attempt(read);
