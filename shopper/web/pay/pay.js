// Keeps the payment page live: the stream of the payment, a countdown, copying, and the buttons of a test payment.
// Everything it shows is set as text; it builds no markup from what it is sent.
"use strict";

const TITLES = {
  awaiting_payment: "Waiting for your payment",
  partially_paid: "Some of it is still missing",
  confirming: "Payment seen, waiting for the network",
  settled: "Paid",
  expired: "This quote has ended",
  needs_review: "The shop has to look at this payment",
  canceled: "Canceled",
  refunded: "Sent back",
};
const FINAL = ["settled", "expired", "canceled", "refunded"];
const OPEN = ["awaiting_payment", "partially_paid"];

const main = document.getElementById("payment");
const byId = (id) => document.getElementById(id);
const base = `/v1/payments/${encodeURIComponent(main.dataset.id)}`;
let expires = new Date(main.dataset.expires);

function setText(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

function show(payment) {
  const open = OPEN.includes(payment.status);
  const kinds = {
    chain: payment.address !== null,
    wallet: payment.provider === "onchain",
    x402: payment.provider === "x402",
    sandbox: payment.provider === "sandbox",
  };
  main.dataset.status = payment.status;
  expires = new Date(payment.expires_at);
  setText("title", TITLES[payment.status]);
  setText("message", payment.message);
  document.title = `${TITLES[payment.status]} · ${document.querySelector(".shop").textContent}`;
  for (const element of document.querySelectorAll("[data-when]")) {
    const [, kind] = element.dataset.when.split(" ");
    element.hidden = !open || (kind !== undefined && !kinds[kind]);
  }
  byId("missing-row").hidden = payment.status !== "partially_paid";
  setText("missing", payment.display_missing);
  byId("confirmations-row").hidden = payment.status !== "confirming";
  const seen = Math.min(payment.confirmations, payment.confirmations_needed);
  setText("confirmations", `${seen} of ${payment.confirmations_needed}`);
  byId("support").hidden = payment.support === null && !["needs_review", "expired"].includes(payment.status);
  if (payment.support !== null) setText("support-text", payment.support);
  showTransactions(payment.tx);
  tick();
}

function showTransactions(transactions) {
  byId("tx").replaceChildren(
    ...transactions.map((tx) => {
      const item = document.createElement("li");
      const code = document.createElement("code");
      if (tx.url !== null && tx.url.startsWith("https://")) {
        const link = document.createElement("a");
        link.href = tx.url;
        link.rel = "noopener noreferrer";
        link.textContent = tx.hash;
        code.append(link);
      } else {
        code.textContent = tx.hash;
      }
      item.append(code);
      return item;
    }),
  );
}

function tick() {
  const left = Math.max(0, Math.floor((expires - Date.now()) / 1000));
  const seconds = String(left % 60).padStart(2, "0");
  setText("countdown", `(${Math.floor(left / 60)}:${seconds} left)`);
}

function listen() {
  const source = new EventSource(`${base}/stream`);
  source.onmessage = (event) => {
    const payment = JSON.parse(event.data);
    show(payment);
    // The stream ends after this; without closing it here the browser would open it again and again.
    if (FINAL.includes(payment.status)) source.close();
  };
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    setText("copied", "Copied.");
  } catch {
    setText("copied", `Please copy it by hand: ${button.dataset.copy}`);
  }
}

for (const button of document.querySelectorAll(".copy")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
for (const button of document.querySelectorAll("[data-outcome]")) {
  button.addEventListener("click", async () => {
    const answer = await fetch(`${base}/sandbox`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ outcome: button.dataset.outcome }),
    });
    if (answer.ok) {
      show(await answer.json());
      if (byId("sandbox").hidden) byId("title").focus(); // the button that had the focus is gone
    } else setText("message", "That didn't work; please try again.");
  });
}
byId("sandbox-buttons").hidden = false;
tick();
setInterval(tick, 1000);
if (!FINAL.includes(main.dataset.status)) listen();
