// Proves in Debian's Chromium what only a browser can: photos, focus, keyboard, stopping, the strict policy.
// `node tests/browser.mjs` starts the mock server itself; knows nothing about the widget's inside but its parts.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const port = 8098;
const url = `http://127.0.0.1:${port}/`;
const mock = spawn(process.execPath, [fileURLToPath(new URL("mock-server.mjs", import.meta.url)), String(port)], { stdio: ["ignore", "pipe", "inherit"] });
await new Promise((resolve) => mock.stdout.once("data", resolve));
const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
let failures = 0;

async function check(fact, work, address = url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", ...options });
  const page = await context.newPage();
  const broken = [];
  page.on("pageerror", (error) => broken.push(error.message));
  page.on("console", (message) => /Content Security Policy/.test(message.text()) && broken.push(message.text()));
  try {
    await page.goto(address);
    await work(page);
    assert.deepEqual(broken, []);
    console.log("ok  ", fact);
  } catch (error) {
    failures += 1;
    console.log("FAIL", fact, "\n", error);
  } finally {
    await context.close();
  }
}
const say = async (page, text) => {
  await page.locator("textarea").fill(text);
  await page.keyboard.press("Enter");
};
const asked = async (page) => (await page.request.get(`${url}seen`)).json();
const focused = (page) =>
  page.evaluate(() => {
    const active = document.querySelector("personal-shopper").shadowRoot.activeElement;
    return active && { tag: active.localName, text: active.textContent.trim(), name: active.className };
  });
/** A JPEG of 3000 by 2000 with an EXIF segment put in, as a phone would write it. */
const phonePhoto = async (page) => {
  const bytes = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(3000, 2000);
    const context = canvas.getContext("2d");
    context.fillStyle = "#1f4d8f";
    context.fillRect(0, 0, 3000, 2000);
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg" })).arrayBuffer())];
  });
  const exif = Buffer.concat([Buffer.from([0xff, 0xe1, 0x00, 0x11]), Buffer.from("Exif\0\0SECRETGPS")]);
  const jpeg = Buffer.from(bytes);
  return Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)]);
};
const sentPhoto = async (page, work) => {
  const wait = page.waitForRequest((request) => request.url().endsWith("/v1/chat"));
  await work();
  return (await wait).postDataJSON().message.photos;
};
/** Drops or pastes a file the way the browser would tell it. */
const give = (page, kind, bytes, type = "image/jpeg") =>
  page.evaluate(
    ([kind, bytes, type]) => {
      const root = document.querySelector("personal-shopper").shadowRoot;
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], "photo", { type }));
      const options = { bubbles: true, composed: true, cancelable: true };
      if (kind === "paste") root.querySelector("textarea").dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: data }));
      else for (const name of ["dragover", "drop"]) root.querySelector(".transcript").dispatchEvent(new DragEvent(name, { ...options, dataTransfer: data }));
    },
    [kind, [...bytes], type],
  );

await check("a chosen photo is resized to 1024 px, loses its EXIF, is sent and shown, also after a reload", async (page) => {
  const chooser = page.waitForEvent("filechooser");
  await page.locator("[part~=photo-button]").click();
  const bytes = await phonePhoto(page);
  assert.ok(bytes.includes("SECRETGPS"));
  await (await chooser).setFiles({ name: "me.jpg", mimeType: "image/jpeg", buffer: bytes });
  await page.locator(".previews canvas").waitFor();
  const [photo] = await sentPhoto(page, () => say(page, "something like this"));
  assert.equal(photo.media_type, "image/jpeg");
  const sent = Buffer.from(photo.data, "base64");
  assert.ok(!sent.includes("Exif") && !sent.includes("SECRETGPS"));
  const size = await page.evaluate(async (bytes) => {
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
    return [bitmap.width, bitmap.height];
  }, [...sent]);
  assert.deepEqual(size, [1024, 683]);
  await page.locator(".said canvas").waitFor();
  await page.locator(".suggestion").first().waitFor();
  await page.reload();
  await page.waitForFunction(() => document.querySelector("personal-shopper").shadowRoot.querySelector(".said canvas")?.width === 480);
});

for (const kind of ["drop", "paste"]) {
  await check(`a photo can be added by ${kind} and sent without words`, async (page) => {
    await page.locator("textarea").waitFor();
    await give(page, kind, await phonePhoto(page));
    await page.locator(".previews canvas").waitFor();
    const photos = await sentPhoto(page, () => page.locator("[part~=send-button]").click());
    assert.equal(photos.length, 1);
  });
}

await check("a file that isn't a photo is refused in words", async (page) => {
  await page.locator("textarea").waitFor();
  await give(page, "drop", Buffer.from("not a picture"), "image/png");
  await page.getByRole("alert").getByText("isn’t a photo I can read").waitFor();
  await give(page, "drop", Buffer.from("%PDF"), "application/pdf");
  await page.getByRole("alert").getByText("isn’t a photo I can read").waitFor();
});

await check("stop ends the words here and the run on the server", async (page) => {
  await say(page, "a dress");
  await page.locator(".words").waitFor();
  await page.locator("[part~=stop-button]").click();
  await page.getByText("Stopped.").waitFor();
  const before = await page.locator(".words").textContent();
  await page.waitForTimeout(300);
  assert.equal(await page.locator(".words").textContent(), before);
  assert.ok((await asked(page)).some(({ path }) => /\/v1\/runs\/.+\/stop/.test(path)));
});

await check("a connection that breaks keeps the cards and offers another try", async (page) => {
  await say(page, "please break");
  await page.locator(".problem").waitFor();
  assert.equal(await page.locator(".card").count(), 6);
  await page.locator("[part~=retry-button]").click();
  await page.locator(".status").waitFor();
});

await check("a screen reader hears sentences and how many products, not words", async (page) => {
  await say(page, "a dress");
  await page.locator(".suggestion").first().waitFor();
  const heard = await page.locator("[aria-live=polite] p").allTextContents();
  assert.equal(heard[0], "6 products shown");
  assert.equal(heard[1], "Here are six for a summer wedding.");
  assert.equal(heard.length, 4);
});

await check("the keyboard alone chooses a size, fills the cart and comes back", async (page) => {
  await say(page, "a dress");
  await page.locator(".suggestion").first().waitFor();
  await page.locator(".add").first().focus();
  await page.keyboard.press("Enter");
  assert.equal((await focused(page)).text, "XS");
  await page.keyboard.press("Enter");
  await page.locator(".add").first().focus();
  await page.keyboard.press("Enter");
  await page.locator(".add.has").waitFor();
  await page.locator("[part~=cart-button]").focus();
  await page.keyboard.press("Enter");
  assert.deepEqual(await focused(page), { tag: "h2", text: "Cart", name: "" });
  await page.getByRole("button", { name: /^One more/ }).press("Enter");
  await page.locator("[part~=cart-total]").getByText("€238").waitFor();
  await page.keyboard.press("Escape");
  assert.match((await focused(page)).name, /icon-button/);
});

await check("pressing a quick reply moves on to the new exchange", async (page) => {
  await say(page, "a dress");
  await page.locator(".suggestion").first().click();
  await page.locator(".exchange").nth(1).waitFor();
  await page.locator(".suggestion").first().waitFor();
  const top = await page.locator(".exchange").nth(1).evaluate((one) => one.getBoundingClientRect().top - one.parentElement.getBoundingClientRect().top);
  assert.ok(Math.abs(top) < 1, `${top}`);
  assert.equal((await focused(page)).name, "exchange");
});

await check("a reload comes back to the latest exchange", async (page) => {
  for (const text of ["a dress", "another dress"]) {
    await say(page, text);
    await page.locator(".exchange:last-child .suggestion").first().waitFor();
    await page.getByText(text, { exact: true }).waitFor();
  }
  await page.reload();
  await page.waitForFunction(() => {
    const latest = [...document.querySelector("personal-shopper").shadowRoot.querySelectorAll(".exchange")].at(1);
    return latest && Math.abs(latest.getBoundingClientRect().top - latest.parentElement.getBoundingClientRect().top) < 1;
  }, null, { timeout: 3000 });
});

await check("more like this asks with the product", async (page) => {
  await say(page, "a dress");
  await page.locator(".suggestion").first().waitFor();
  await page.locator(".alike").nth(1).click();
  await page.getByText("More like “Sleeveless").waitFor();
  await page.locator(".exchange").nth(1).locator(".card").first().waitFor();
  assert.match((await asked(page)).at(-1).body, /"set":\{"intent":"similar","like":\["p2"\]\}/);
});

await check("a link of a shop that doesn't exist stays on the page", async (page) => {
  await say(page, "a dress");
  await page.locator(".card-title").first().click();
  await page.getByText("In a real shop this opens").waitFor();
  assert.equal(page.url(), url);
});

await check("deleting the chat empties the page and the server", async (page) => {
  await say(page, "a dress");
  await page.locator(".suggestion").first().waitFor();
  await page.locator("[part~=forget-button]").click();
  await page.locator("[part~=forget-confirm]").click();
  await page.locator(".welcome").waitFor();
  assert.ok((await asked(page)).some(({ method }) => method === "DELETE"));
  await page.reload();
  await page.locator(".welcome").waitFor();
});

const bubble = `${url}bubble.html`;
await check("the bubble opens by key, closes by Escape and gives the focus back", async (page) => {
  await page.locator(".launcher").press("Enter");
  await page.locator("textarea").waitFor();
  await page.waitForFunction(() => document.querySelector("personal-shopper").shadowRoot.activeElement?.localName === "textarea");
  await page.keyboard.press("Escape");
  assert.equal((await focused(page)).name, "launcher");
  assert.equal(await page.locator(".panel").isVisible(), false);
}, bubble);

await check("the bubble moves nothing on the shop's page and opens in 200 ms", async (page) => {
  await page.evaluate(() => {
    window.shifted = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shifted += entry.value))).observe({ type: "layout-shift", buffered: true });
  });
  const took = await page.evaluate(async () => {
    const shopper = document.querySelector("personal-shopper");
    const from = performance.now();
    await shopper.open();
    await new Promise((resolve) => requestAnimationFrame(resolve));
    return performance.now() - from;
  });
  assert.equal(await page.evaluate(() => window.shifted), 0);
  assert.ok(took < 200, `${took} ms`);
  console.log(`     opened in ${Math.round(took)} ms`);
}, bubble);

await check("a phone's page never scrolls sideways", async (page) => {
  await say(page, "a dress");
  await page.locator(".suggestion").first().waitFor();
  assert.equal(await page.evaluate(() => document.scrollingElement.scrollWidth), 320);
  const wide = await page.locator(".transcript").evaluate((one) => one.scrollWidth - one.clientWidth);
  assert.equal(wide, 0);
}, url, { viewport: { width: 320, height: 640 } });

await browser.close();
mock.kill();
process.exit(failures ? 1 : 0);
