// The promises of live.ts and field.ts, in a real browser against a stand-in server.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";
import { build, StandIn } from "./stand-in.mjs";

const onPath = (process.env.PATH ?? "").split(delimiter).flatMap((dir) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(dir, name)));
const program = process.env.ONEBOARD_CHROMIUM ?? onPath.find(existsSync);
const options = program ? {} : { skip: "no Chromium on PATH: install the package chromium, or name it in ONEBOARD_CHROMIUM" };

let browser, context, page, server, faults;

/** Waits for the page to say yes; a test that waits in vain fails with the question. */
const becomes = (question, argument) => page.waitForFunction(question, argument, { timeout: 10_000 });

if (program) {
  const built = build();
  before(async () => {
    browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] });
  });
  after(() => browser.close());
  beforeEach(async (t) => {
    server = new StandIn(built);
    await server.start();
    context = await browser.newContext();
    page = await context.newPage();
    faults = [];
    page.on("pageerror", (fault) => faults.push(String(fault)));
    page.on("console", (message) => message.type() === "error" && !/ERR_|Failed to load resource/.test(message.text()) && faults.push(message.text()));
    t.after(async () => {
      await context.close();
      await server.stop().catch(() => undefined);
      assert.deepEqual(faults, []);
    });
  });
}

async function open(path = "/") {
  await page.goto(`http://127.0.0.1:${server.port}${path}`);
  if (path === "/") await becomes(() => document.querySelector("[data-link]").textContent === "Live");
}

async function change(count) {
  server.count = count;
  server.push("box", server.box());
  await becomes((wanted) => document.querySelector("#count").textContent === String(wanted), count);
}

test("one stream serves every tab of a browser, and each is kept true", options, async () => {
  await open();
  const second = await context.newPage();
  await second.goto(page.url());
  await second.waitForFunction(() => document.querySelector("[data-clock]").textContent !== "--");
  await change(4);
  await second.waitForFunction(() => document.querySelector("#count").textContent === "4");
  assert.equal(server.streams.size, 1);
});

test("a field being edited keeps value, caret and focus; details stay open", options, async () => {
  await open();
  await page.click("#more summary");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("n");
  await page.keyboard.type("hello");
  await page.evaluate(() => document.getElementById("who").setSelectionRange(1, 3));
  await change(2);
  const kept = await page.evaluate(() => {
    const who = document.getElementById("who");
    return [who.value, who.selectionStart, who.selectionEnd, document.activeElement.id, document.getElementById("more").open];
  });
  assert.deepEqual(kept, ["hello", 1, 3, "who", true]);
  await page.click("#words");
  await change(3);
  assert.equal(await page.inputValue("#who"), "hello", "typed, left and not sent");
});

test("a refusal is said in words beside the field; the next intent has its own id; a receipt clears the form", options, async () => {
  await open();
  server.refusal = { status: 422, detail: "No person of that name.", errors: [{ field: "who", detail: "Give the callsign." }] };
  await page.fill("#who", "Li");
  await page.click("text=Log");
  await becomes(() => document.querySelector("[data-fault]")?.textContent === "No person of that name.");
  assert.equal(await page.getAttribute("#who", "aria-invalid"), "true");
  assert.equal(await page.inputValue("#who"), "Li");
  server.refusal = undefined;
  await page.click("text=Log");
  await becomes(() => document.getElementById("who").value !== "Li");
  const [first, second] = server.posts;
  assert.notEqual(first.key, second.key);
  assert.match(second.key, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(second.fields.command_id, second.key);
});

test("an answer that is lost is asked for again with the same id", options, async () => {
  await open();
  server.refusal = { status: 503 };
  await page.fill("#who", "Li");
  await page.click("text=Log");
  await becomes(() => document.querySelector("form[aria-busy]"));
  server.refusal = undefined;
  await becomes(() => document.getElementById("who").value !== "Li");
  assert.ok(server.posts.length > 1);
  assert.equal(new Set(server.posts.map((post) => post.key)).size, 1);
});

test("new rows wait while the list is being read, and enter when asked or when it is at rest", options, async () => {
  await open();
  await page.focus("#list");
  server.rows.push(4, 5);
  server.push("list", server.list());
  await becomes(() => document.querySelector(".news")?.textContent === "2 new");
  assert.equal(await page.locator("#row4").count(), 0);
  await page.click(".news");
  await becomes(() => document.getElementById("row5"));
  await page.focus("#list");
  server.rows.push(6);
  server.push("list", server.list());
  await becomes(() => document.querySelector(".news")?.textContent === "1 new");
  await page.mouse.move(1, 1);
  await page.evaluate(() => document.activeElement.blur());
  await becomes(() => document.getElementById("row6") && !document.querySelector(".news"));
});

test("the keyboard finds, helps and leaves", options, async () => {
  await open();
  await page.keyboard.press("?");
  assert.equal(await page.evaluate(() => document.getElementById("help").open), true);
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "find");
});

test("when the server is gone the page says so and since when; it recovers by itself with the current view", options, async () => {
  await open();
  // The stream is open before it has said what time it is.
  await becomes(() => /20:0[45]/.test(document.querySelector("[data-clock]").textContent));
  await server.stop();
  await becomes(() => /No connection since 20:0[45]/.test(document.getElementById("gone")?.textContent ?? ""));
  assert.equal(await page.evaluate(() => document.documentElement.hasAttribute("data-stale")), true);
  server.count = 9;
  await server.start();
  await becomes(() => document.querySelector("#count").textContent === "9" && !document.documentElement.hasAttribute("data-stale"));
});

test("a connection that is open and silent is gone too", options, async () => {
  await open();
  server.mute(true);
  await becomes(() => document.getElementById("gone") && !document.getElementById("gone").hidden);
  server.mute(false);
  await becomes(() => !document.documentElement.hasAttribute("data-stale"));
});

test("My post opens without a server, saves in order, and is empty only after the receipts", options, async () => {
  await open("/mine");
  await page.evaluate(() => navigator.serviceWorker.ready);
  await becomes(async () => (await caches.match("/mine")) !== undefined);
  await server.stop();
  await page.reload();
  await page.click("text=Check in");
  await becomes(() => document.getElementById("outbox").textContent.includes("Saved on this phone"));
  await page.click("button");
  await becomes(() => document.getElementById("outbox").textContent.includes("2 not yet received"));
  await page.reload();
  await becomes(() => document.getElementById("outbox").textContent.includes("2 not yet received"));
  await server.start();
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await becomes(() => document.getElementById("outbox").textContent === "Check in: received 20:04");
  assert.deepEqual(server.posts.map((post) => post.sequence), ["1", "2"]);
  assert.deepEqual(server.posts.map((post) => post.fields.csrf), ["token", "token"]);
});

test("a photograph waits with its command for the signal, made smaller, and both go once", options, async () => {
  await open("/mine");
  // Until it is installed the page's worker is fetched from the server.
  await page.evaluate(() => navigator.serviceWorker.ready);
  await becomes(async () => (await caches.match("/mine")) !== undefined);
  await server.stop();
  // As a telephone takes it: more pixels than any screen, and nothing that packs well.
  const taken = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 3000, height: 1500 });
    const context = canvas.getContext("2d");
    const picture = context.createImageData(3000, 1500);
    // So many random bytes are given at once, and no more.
    for (let at = 0; at < picture.data.length; at += 65536) crypto.getRandomValues(new Uint8Array(picture.data.buffer, at, Math.min(65536, picture.data.length - at)));
    for (let at = 3; at < picture.data.length; at += 4) picture.data[at] = 255;
    context.putImageData(picture, 0, 0);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
    const chosen = new DataTransfer();
    chosen.items.add(new File([blob], "pass.png", { type: "image/png" }));
    document.querySelector("input[type=file]").files = chosen.files;
    return blob.size;
  });
  await page.fill("input[name=words]", "gritted");
  await page.click("text=Report");
  await becomes(() => /Result: Saved on this phone .* with its photograph/.test(document.getElementById("outbox").textContent));
  // The page is opened anew while the server is still gone: what a reload cut off in sending would be sent again.
  await page.reload();
  await becomes(() => document.getElementById("outbox").textContent.includes("with its photograph"));
  await server.start();
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await becomes(() => document.getElementById("outbox").textContent === "Result: received 20:04");
  const [{ fields }, ...more] = server.posts;
  assert.deepEqual(more, []);
  assert.equal(fields.words, "gritted");
  assert.equal(fields.file.name, "pass.jpg");
  assert.ok(fields.file.size > 0 && fields.file.size < taken, `${fields.file.size} of ${taken} bytes`);
  // The size of a JPEG stands in its frame header: FF C0, length, precision, height, width.
  const bytes = Buffer.from(await fields.file.arrayBuffer());
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  assert.deepEqual([bytes.readUInt16BE(frame + 7), bytes.readUInt16BE(frame + 5)], [2048, 1024]);
});

test("a conflict is kept and said in words until it has been seen", options, async () => {
  await open("/mine");
  server.refusal = { status: 409, detail: "Already checked in at 19:58 by radio." };
  await page.click("text=Check in");
  await becomes(() => document.getElementById("outbox").textContent.includes("Already checked in at 19:58"));
  await page.reload();
  await becomes(() => document.getElementById("outbox").textContent.includes("Already checked in at 19:58"));
  await page.click("text=Seen");
  await becomes(() => document.getElementById("outbox").textContent === "");
});
