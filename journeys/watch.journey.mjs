// The first working night, by the five people's own hands, in both languages.
import assert from "node:assert/strict";
import { LANGUAGES, journey, phone, sideways } from "./harness.mjs";

for (const lang of LANGUAGES) {
  journey(`the watch is taken, kept and handed over (${lang})`, { paused: true }, async (night) => {
    const duty = await night.person("duty-officer", { lang });
    await duty.goto(new URL("/watch", night.base).href);
    assert.equal(await duty.locator("html").getAttribute("lang"), lang);

    // Take the watch: the brief first, then one act.
    await duty.locator("a[href$='/take'], a[href$='/brief']").first().click();
    await duty.locator("form[action$='/take'] button.main").click();
    await duty.waitForURL(/\/watch$/);
    await duty.locator("#offer-to").waitFor({ state: "attached" });

    // A second window, on the board.
    const board = await night.person("duty-officer", { lang });
    await board.goto(new URL("/board", night.base).href);
    await board.locator(".link").waitFor();

    // A message by telephone: one key, callsign, words, Enter. It is numbered, and is on the second window.
    const words = lang === "en" ? "Gritter has passed the pass, both lanes" : "撒布车已过垭口,双向完成";
    await duty.keyboard.press("n");
    await duty.keyboard.type("2802");
    await duty.locator("#entry-words").fill(words);
    await duty.keyboard.press("Enter");
    const line = duty.locator("ol.log li", { hasText: words });
    await line.waitFor();
    assert.match(await line.locator(".no").innerText(), /^\d+$/);
    await board.locator("ol.log li", { hasText: words }).waitFor();

    // An order by telephone, acted on at once, countersigned later.
    const order = lang === "en" ? "Double the patrols on the pass" : "垭口巡线加倍";
    await duty.locator("summary, [data-open]").filter({ hasText: lang === "en" ? "Record a verbal order" : "记录口头命令" }).first().click();
    const form = duty.locator("form.form", { has: duty.locator("#order-by") });
    const leader = await form.locator("#order-by option").evaluateAll((options) => options.map((one) => one.value).find(Boolean));
    await form.locator("#order-by").selectOption(leader);
    await form.locator("textarea, input[name=words]").first().fill(order);
    await form.locator("button.main").click();
    await duty.locator("ol.log li", { hasText: order }).waitFor();
    await board.locator("ol.log li", { hasText: order }).waitFor();

    // Hand over: offered to the next, and still one's own until they take it.
    await duty.locator("summary").filter({ hasText: lang === "en" ? "Hand over the watch" : "交班" }).first().click();
    const next = await duty.locator("#offer-to option").evaluateAll((options) => options.map((one) => one.value).find(Boolean));
    await duty.locator("#offer-to").selectOption(next);
    await duty.locator("form[action$='/offer'] button.main").click();
    await duty.locator(".state[data-state=info]").first().waitFor();
  });

  journey(`an officer checks in from a phone and the command centre sees it (${lang})`, { paused: true }, async (night) => {
    const officer = await night.person("officer", { lang, viewport: phone });
    await officer.waitForURL(/\/mine$/);
    assert.ok((await sideways(officer)) <= 0, "the phone's page scrolls sideways");
    const number = (await officer.locator(".mine-post p").first().innerText()).split(" ")[0];

    const duty = await night.person("duty-officer", { lang });
    const posts = await json(duty, `${await boardOf(duty, night)}/posts?show=all`);
    const post = await find(duty, night, posts, number);
    await duty.goto(new URL(`${await boardOf(duty, night)}/posts/${post.id}`, night.base).href);
    const before = await duty.locator("[data-fragment]").last().innerText();

    await officer.locator("form[action='/mine/check-in'] button.thumb.main").click();
    await officer.locator(".mine-state").filter({ hasText: lang === "en" ? "At post" : "在岗" }).waitFor();
    const row = duty.locator("tr").filter({ hasText: lang === "en" ? "At post since 18:00" : "18:00 起在岗" });
    await row.first().waitFor();
    assert.notEqual(await duty.locator("[data-fragment]").last().innerText(), before);
  });

  journey(`a county leader is refused a sibling county's post, whichever way (${lang})`, { paused: true }, async (night) => {
    const duty = await night.person("duty-officer", { lang });
    const leader = await night.person("county-leader", { lang });
    night.expectFault(leader, /status of 40[34]/);
    const operation = await boardOf(duty, night);
    const own = await json(leader, `${operation}/posts?show=all`);
    const mine = new Set(own.map((post) => post.number.split("-")[0]));
    const units = await duty.evaluate(async (path) => {
      const page = await (await fetch(path, { headers: { accept: "text/html" } })).text();
      return [...new Set([...page.matchAll(/unit=([0-9a-z]{13})/g)].map((match) => match[1]))];
    }, `${operation}/posts?show=all`);
    let foreign;
    for (const unit of units) {
      const posts = await json(duty, `${operation}/posts?show=all&unit=${unit}`);
      const other = posts.find((post) => !mine.has(post.number.split("-")[0]));
      if (other) foreign = { post: other, unit };
      if (foreign) break;
    }
    assert.ok(foreign, "the duty officer sees a post that is not the county's");

    const status = (path, accept) =>
      leader.evaluate(async ([path, accept]) => (await fetch(path, { headers: { accept } })).status, [path, accept]);
    for (const accept of ["text/html", "application/json"]) {
      assert.ok([403, 404].includes(await status(`${operation}/posts/${foreign.post.id}`, accept)), `page as ${accept}`);
      assert.ok([403, 404].includes(await status(`${operation}/posts?show=all&unit=${foreign.unit}`, accept)), `list as ${accept}`);
    }
    assert.ok([403, 404].includes(await status(`${operation}/posts.xlsx?unit=${foreign.unit}`, "*/*")), "export");

    // The stream says that it is not open, and nothing of it.
    const id = `post-${operation.split("/").pop()}-${foreign.post.id}`;
    const said = await leader.evaluate(async (id) => {
      const stop = new AbortController();
      const answer = await fetch(`/live?f=${id}&pulse=1`, { signal: stop.signal });
      const reader = answer.body.getReader();
      const text = new TextDecoder();
      let said = "";
      while (!/event: (gone|fragment)/.test(said)) {
        const { done, value } = await reader.read();
        if (done) break;
        said += text.decode(value, { stream: true });
      }
      stop.abort();
      return said;
    }, id);
    assert.match(said, /event: gone/);
    assert.ok(!said.includes(foreign.post.callsign), "the stream names the post's callsign");

    // By hand, the page says so in words.
    await leader.goto(new URL(`${operation}/posts/${foreign.post.id}`, night.base).href);
    await leader.locator("[role=alert]").waitFor();
  });
}

/** The address of the present operation, as `/operations/ID`. */
async function boardOf(page, night) {
  await page.goto(new URL("/board", night.base).href);
  return new URL(page.url()).pathname.replace(/\/board$/, "");
}

async function json(page, path) {
  return page.evaluate(async (path) => (await fetch(path, { headers: { accept: "application/json" } })).json(), path);
}

/** A post by its number: lists are cut, so every county's is asked. */
async function find(page, night, posts, number) {
  const found = posts.find((post) => post.number === number);
  assert.ok(found, `no post ${number} among ${posts.length}`);
  return found;
}
