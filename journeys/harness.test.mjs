// The harness's own tests: they need Chromium, not the program under test.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { PEOPLE, accessibility, board, openBrowser, phone, play, sideways, startServer } from "./harness.mjs";

const STAND_IN = [process.execPath, fileURLToPath(new URL("stand-in.mjs", import.meta.url))];

const PAGES = {
  "/clean": `<!doctype html><html lang="en"><title>Clean</title><main><h1>Posts</h1><p>420 posts</p></main>`,
  "/logs": `<!doctype html><title>Logs</title><script>console.error("figure without a source")</script>`,
  "/throws": `<!doctype html><title>Throws</title><script>null.post</script>`,
  "/elsewhere": `<!doctype html><title>Elsewhere</title><img src="http://192.0.2.1/pixel.png">`,
  "/unnamed": `<!doctype html><html lang="en"><title>Unnamed</title><main><h1>Posts</h1><input></main>`,
  "/wide": `<!doctype html><title>Wide</title><div style="width:2000px">wide</div>`,
};

describe("a page is watched", () => {
  let server, base;
  before(async () => {
    server = createServer((request, answer) => {
      const page = PAGES[request.url];
      answer.writeHead(page ? 200 : request.url === "/favicon.ico" ? 204 : 403, { "content-type": "text/html" });
      answer.end(page ?? "<!doctype html><title>Refused</title>");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    base = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => server.close());

  async function visit(path, look, body) {
    const browser = await openBrowser(base);
    try {
      const page = await browser.page(look);
      await page.goto(base + path, { waitUntil: "load" });
      return await body(browser, page);
    } finally {
      await browser.close();
    }
  }

  test("a clean page has no faults and no findings", () =>
    visit("/clean", { lang: "zh-CN" }, async (browser, page) => {
      browser.assertClean();
      assert.deepEqual(await accessibility(page), []);
      assert.equal(await sideways(page), 0);
      assert.equal(await page.evaluate(() => navigator.language), "zh-CN");
    }));

  test("a console error is a fault, with the words and the person", () =>
    visit("/logs", { who: "writer" }, (browser) => {
      assert.throws(() => browser.assertClean(), /writer: console error: figure without a source/);
    }));

  test("an exception is a fault", () =>
    visit("/throws", {}, (browser) => {
      assert.match(browser.faults().join(), /exception: .*null/);
    }));

  test("a request to another machine is a fault", () =>
    visit("/elsewhere", {}, (browser) => {
      assert.match(browser.faults().join(), /request to elsewhere: http:\/\/192\.0\.2\.1/);
    }));

  test("a refusal is a fault unless the journey named it, on that page only", () =>
    visit("/closed", { who: "county-leader" }, async (browser, page) => {
      assert.match(browser.faults().join(), /status of 403/);
      browser.expectFault(page, /status of 403/);
      browser.assertClean();
      const other = await browser.page({ who: "officer" });
      await other.goto(base + "/closed");
      assert.match(browser.faults().join(), /officer: console error: .*403/);
    }));

  test("a field without a name is a finding", () =>
    visit("/unnamed", {}, async (browser, page) => {
      assert.match((await accessibility(page)).join(), /label/);
    }));

  test("sideways scrolling is measured", () =>
    visit("/wide", { viewport: phone }, async (browser, page) => {
      assert.ok((await sideways(page)) > 1000);
    }));
});

describe("the program is started and ended", () => {
  test("every person opens a signed-in page of their own; afterwards nothing is left", async () => {
    const night = await board({ seed: 7, speed: 60, paused: true, command: STAND_IN });
    let data;
    try {
      for (const name of PEOPLE) {
        const page = await night.person(name, { lang: "en" });
        assert.equal(await page.textContent("h1"), name);
        const said = JSON.parse(await page.textContent("pre"));
        assert.deepEqual(said.slice(0, 3), ["demo", "--port", "0"]);
        assert.deepEqual(said.slice(5), ["--seed", "7", "--speed", "60", "--paused"]);
        data = said[4];
      }
      assert.ok(existsSync(data));
      night.assertClean();
      await assert.rejects(night.person("mayor"), /no link for "mayor"/);
    } finally {
      await night.close();
    }
    assert.ok(!existsSync(data));
    await assert.rejects(fetch(night.base));
  });

  test("a journey that never ends is ended, with its pictures, and leaves no program behind", async () => {
    let base;
    const endless = play({ within: 200, command: STAND_IN }, async (night) => {
      base = night.base;
      await night.person("officer");
      await new Promise(() => {});
    });
    await assert.rejects(endless, /not over after 0\.2 s[^]*pictures in .*journeys/);
    await assert.rejects(fetch(base));
  });

  test("a journey fails by what its pages logged, even if every step passed", async () => {
    const logged = play({ command: STAND_IN }, async (night) => {
      const page = await night.person("writer");
      await page.evaluate(() => console.error("no source"));
    });
    await assert.rejects(logged, /writer: console error: no source/);
  });

  test("a program that ends before it is ready is reported with its last words", async () => {
    const [node, script] = STAND_IN;
    await assert.rejects(startServer(node, [script, "fail"]), /ended with code 3\nthe data folder is locked/);
  });

  test("a program that is not there is reported", async () => {
    await assert.rejects(startServer("./no-such-program", []), /could not be started: .*ENOENT/);
  });
});
