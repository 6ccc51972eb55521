// The server is gone: the page says so at once, keeps what was being written, and comes back by itself. A phone goes on alone.
import assert from "node:assert/strict";
import { LANGUAGES, journey, phone } from "./harness.mjs";

journey("the server dies and comes back, and nobody loses their place or their words", { paused: true }, async (night) => {
  const lost = /ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load|status of 50/;
  const words = { en: "Half a sentence", "zh-CN": "写到一半的记录" };
  const watches = [];
  for (const lang of LANGUAGES) {
    const duty = await night.person("duty-officer", { lang });
    night.expectFault(duty, lost);
    await duty.goto(new URL("/board", night.base).href);
    await live(duty, lang);
    await duty.locator("#entry-words").fill(words[lang]);
    await duty.locator("ol.log").evaluate((log) => (log.scrollTop = 40));
    watches.push({ lang, duty });
  }

  await night.killServer();
  for (const { lang, duty } of watches) {
    // Words at the top, and every figure hatched: nothing looks as if it were of now.
    await duty.locator("#gone", { hasText: lang === "en" ? "No connection since" : "连接中断" }).waitFor();
    await duty.locator("html[data-stale]").waitFor();
    const ground = await duty.locator(".figure").first().evaluate((figure) => getComputedStyle(figure).backgroundImage);
    assert.match(ground, /repeating-linear-gradient/);
  }

  await night.restartServer();
  for (const { lang, duty } of watches) {
    await duty.locator("html:not([data-stale])").waitFor();
    await duty.locator("#gone").waitFor({ state: "hidden" });
    await live(duty, lang);
    assert.equal(await duty.locator("#entry-words").inputValue(), words[lang]);
    assert.equal(await duty.locator("ol.log").evaluate((log) => log.scrollTop), 40);
    // What was half written is finished and sent, by the same person, who is still signed in.
    await duty.locator("#entry-words").press("Enter");
    // The log is not at its end: what is new is announced, and moves nothing before it is asked for.
    await duty.locator(".board-log .news").click();
    await duty.locator("ol.log li", { hasText: words[lang] }).waitFor();
  }
});

journey("a check-in without signal is kept on the phone and received later", { paused: true }, async (night) => {
  const said = {
    en: { saved: "Saved on this phone", received: /Received \d\d:\d\d/, here: "At post" },
    "zh-CN": { saved: "已存本机", received: /\d\d:\d\d 已收到/, here: "在岗" },
  };
  const officer = await night.person("officer", { lang: "zh-CN", viewport: phone });
  night.expectFault(officer, /ERR_INTERNET_DISCONNECTED/);
  await officer.waitForURL(/\/mine$/);
  await officer.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));

  // No signal: the page opens all the same, the act is kept, and it says that nobody has received it.
  const context = officer.context();
  await context.setOffline(true);
  await officer.reload();
  await officer.locator("form[action='/mine/check-in'] button.thumb.main").click();
  const outbox = officer.locator("[data-outbox]");
  await outbox.filter({ hasText: said["zh-CN"].saved }).waitFor();
  await outbox.filter({ hasText: "1 条尚未送达" }).waitFor();

  // The signal is back: it is sent by itself, received, and the command centre sees it.
  await context.setOffline(false);
  await outbox.filter({ hasText: said["zh-CN"].received }).waitFor();
  await officer.reload();
  await officer.locator(".mine-state", { hasText: said["zh-CN"].here }).waitFor();

  // The same phone in the other language: leaving, without signal, then received.
  await officer.goto(new URL("/mine?language=en", night.base).href);
  await officer.locator(".mine-state", { hasText: said.en.here }).waitFor();
  await context.setOffline(true);
  await officer.locator(".mine-acts details:has(button[value=ordered]) > summary").click();
  await officer.locator("button[value=ordered]").click();
  await outbox.filter({ hasText: said.en.saved }).waitFor();
  await context.setOffline(false);
  await outbox.filter({ hasText: said.en.received }).waitFor();
});

const live = (page, lang) => page.locator("[data-link]", { hasText: lang === "en" ? "Live" : "实时" }).waitFor();
