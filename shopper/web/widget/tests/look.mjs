// Drives Debian's Chromium through the widget on the mock server and takes pictures of it.
// `node tests/look.mjs OUT_FOLDER [URL]`; knows nothing about the widget's inside but its parts.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const out = process.argv[2] ?? "look";
const url = process.argv[3] ?? "http://127.0.0.1:8099/";
mkdirSync(out, { recursive: true });
const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args });

async function page(width, height, scheme = "light", address = url) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, hasTouch: width < 500, isMobile: width < 500, locale: "en-GB" });
  const page = await context.newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && console.log(`[${width}]`, message.type(), message.text()));
  page.on("pageerror", (error) => console.log(`[${width}] pageerror`, error.message));
  await page.goto(address);
  return page;
}
const say = async (page, text) => {
  await page.locator("textarea").fill(text);
  await page.keyboard.press("Enter");
};
const settled = (page) => page.locator(".suggestion").first().waitFor();

for (const [width, height, scheme] of [[390, 844, "light"], [1280, 800, "light"], [390, 844, "dark"], [1280, 800, "dark"]]) {
  const shot = (name) => tab.screenshot({ path: join(out, `${name}-${width}-${scheme}.png`) });
  const tab = await page(width, height, scheme);
  await tab.locator(".example").first().waitFor();
  await shot("1-welcome");
  await say(tab, "A linen dress for a summer wedding, under 150");
  await tab.locator(".words").waitFor();
  await shot("2-streaming");
  await settled(tab);
  await shot("3-reply");
  await tab.locator(".add").first().click();
  await shot("4-choose-size");
  await tab.locator(".size:not([disabled])").first().click();
  await tab.locator(".add").first().click();
  await tab.locator(".add.has").waitFor();
  await tab.locator("[part~=cart-button]").click();
  await shot("5-cart");
  await tab.keyboard.press("Escape");
  await tab.locator(".chip").last().click();
  await tab.locator(".relaxed").waitFor();
  await settled(tab);
  await tab.waitForTimeout(400);
  await shot("6-chip-removed");
  await tab.reload();
  await tab.locator(".card").first().waitFor();
  await tab.waitForTimeout(400);
  await shot("7-restored");
  await tab.locator("[part~=forget-button]").click();
  await shot("8-forget");
  await tab.locator("[part~=forget-confirm]").click();
  await tab.locator(".example").first().waitFor();
  await say(tab, "please refuse");
  await tab.locator(".problem").waitFor();
  await shot("9-problem");
  await tab.context().close();
}
const small = await page(390, 844, "light", new URL("/bubble.html", url).href);
await small.screenshot({ path: join(out, "a-bubble-closed-390.png") });
const wide = await page(1280, 800, "light", new URL("/bubble.html", url).href);
for (const tab of [small, wide]) {
  const width = tab.viewportSize().width;
  await tab.locator(".launcher").click();
  await tab.locator(".example").first().click();
  await settled(tab);
  await tab.screenshot({ path: join(out, `b-bubble-${width}.png`) });
}
await browser.close();
