// The board on a wall and on paper: every number opens its records, a wall only looks, paper says what it is.
import assert from "node:assert/strict";
import { LANGUAGES, accessibility, journey, phone, sideways, wall } from "./harness.mjs";

journey("every number opens its records, a wall looks and changes nothing, and paper is black on white", { paused: true }, async (night) => {
  for (const lang of LANGUAGES) {
    const duty = await night.person("duty-officer", { lang });
    await duty.goto(new URL("/board", night.base).href);

    const links = await duty.locator(".board a[href]").evaluateAll((all) => [...new Set(all.map((one) => one.getAttribute("href")))]);
    assert.ok(links.length > 20, "figures, units and lines of the log are links");
    const dead = await duty.evaluate(
      async (links) => (await Promise.all(links.map(async (link) => [link, (await fetch(link)).status]))).filter(([, status]) => status !== 200),
      links,
    );
    assert.deepEqual(dead, []);
    // What is counted and what is listed are the same thing.
    for (const show of ["overdue", "unmanned"]) {
      const counted = await duty.locator(`.matrix td a[href$='show=${show}']`).evaluateAll((cells) => cells.reduce((sum, cell) => sum + Number(cell.textContent), 0));
      const all = await duty.evaluate(async (path) => (await fetch(path, { headers: { accept: "application/json" } })).json(), `${await of(duty)}/posts?show=${show}`);
      assert.equal(all.length, counted, show);
    }

    // On paper: every sheet says that it is a demonstration, and nothing is there to be pressed.
    await duty.goto(new URL(`${await of(duty)}/paper`, night.base).href);
    await duty.locator(".paper-sheet").first().waitFor();
    const mark = lang === "en" ? "Demonstration" : "演示";
    assert.equal(await duty.locator(".paper-sheet").count(), await duty.locator(".paper-sheet", { hasText: mark }).count());
    await duty.emulateMedia({ media: "print" });
    assert.ok(await duty.locator(".mode", { hasText: mark }).isVisible());
    assert.equal(await duty.locator(".nav, .clockwork, .act").filter({ visible: true }).count(), 0);
    await duty.emulateMedia({ media: "screen" });

    // A wall: made from one's account, it shows the board, has nothing to press, and is refused every act.
    const screen = await night.person("duty-officer", { lang, viewport: wall });
    night.expectFault(screen, /status of 403/);
    await screen.goto(new URL("/account", night.base).href);
    await screen.locator("#screen").fill(lang === "en" ? "Left" : "左屏");
    await screen.locator("form[action='/account/board'] button").click();
    await screen.goto(new URL("/board", night.base).href);
    await screen.locator("body.wall .figure").first().waitFor();
    assert.equal(await screen.locator(".nav, .entry, .clockwork").filter({ visible: true }).count(), 0);
    const unit = (await screen.locator("ol.log").getAttribute("id")).replace("log-", "");
    const refused = await screen.evaluate(
      async (path) => (await fetch(path, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: "kind=note&words=x" })).status,
      `/units/${unit}/watch/log`,
    );
    assert.equal(refused, 403);
    // It is true without being touched: what the duty officer writes is on the wall.
    const words = lang === "en" ? "Written at the desk" : "值班台所记";
    await duty.goto(new URL("/board", night.base).href);
    await duty.locator("#entry-words").fill(words);
    await duty.locator("#entry-words").press("Enter");
    await screen.locator("ol.log li", { hasText: words }).waitFor();
    await screen.reload();
    await screen.locator("body.wall .figure").first().waitFor();
  }
});

journey("a phone's pages fit a narrow screen and a large type, in both languages and both themes", { paused: true }, async (night) => {
  const narrow = { width: 320, height: 568 };
  for (const [lang, colorScheme] of [["en", "light"], ["zh-CN", "dark"]]) {
    const leader = await night.person("county-leader", { lang, colorScheme, viewport: phone });
    await leader.goto(new URL("/board", night.base).href);
    const operation = await of(leader);
    for (const path of [`${operation}/board`, `${operation}/posts?show=exceptions`, `${operation}/strips`, "/watch", "/force", "/find?q=2802", operation, "/mine"]) {
      await leader.setViewportSize(phone);
      await leader.goto(new URL(path, night.base).href);
      assert.deepEqual(await small(leader), [], `targets of ${path}`);
      assert.deepEqual(await accessibility(leader), [], path);
      for (const size of [phone, narrow]) {
        await leader.setViewportSize(size);
        assert.ok((await sideways(leader)) <= 0, `${path} scrolls sideways at ${size.width}`);
      }
      await leader.setViewportSize(phone);
      await leader.evaluate(() => (document.documentElement.style.fontSize = "200%"));
      assert.ok((await sideways(leader)) <= 0, `${path} scrolls sideways with text at 200 %`);
    }
  }
});

/** The address of the present operation, as `/operations/ID`. */
async function of(page) {
  return (await page.evaluate(async () => (await fetch("/board")).url)).replace(/^.*(\/operations\/[^/]+)\/board$/, "$1");
}

/** What a cold thumb would miss: targets under 44 pixels, but for links within a sentence. */
function small(page) {
  return page.evaluate(() => {
    const targets = [...document.querySelectorAll("main :is(a, button, select, summary, textarea), main input:not([type=hidden])")];
    const seen = targets.filter((one) => one.checkVisibility() && !one.closest(".sr") && !(one.localName === "a" && one.parentElement?.localName === "p" && !one.className));
    return seen.filter((one) => one.getBoundingClientRect().height < 43.5).map((one) => `${one.localName}.${one.className} ${one.textContent?.trim().slice(0, 20)}`);
  });
}
