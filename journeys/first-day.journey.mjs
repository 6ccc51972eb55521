// The first day of a real installation: set up in a browser, a second officer brought in, the watch handed from one to the other.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { LANGUAGES, founding } from "./harness.mjs";

const PASSWORD = "lantern gravel otter piano";

for (const lang of LANGUAGES) {
  founding(`a bureau is set up and its watch goes from one hand to the next (${lang})`, async (day) => {
    const at = (path) => new URL(path, day.base).href;
    const names = lang === "en" ? ["Zhao Min", "Qian Li"] : ["赵敏", "钱立"];

    // The word on the terminal makes the first account; a wrong one makes none.
    const first = await day.visitor({ lang });
    day.expectFault(first, /status of (404|422)/);
    await first.goto(at("/set-up"));
    assert.equal(await first.locator("html").getAttribute("lang"), lang);
    const setUp = async (word) => {
      await first.locator("#token").fill(word);
      await first.locator("#agency").fill(lang === "en" ? "Journey Bureau" : "行程市公安局");
      await first.locator("#name").fill(names[0]);
      await first.locator("#login").fill("first");
      await first.locator("form[action='/set-up'] button.main").click();
    };
    await setUp("not-the-word");
    await first.locator("[role=alert]").waitFor();
    await setUp(day.word);
    await enrol(first);

    // Nothing is on the board yet, and that is said; the way on is there.
    await first.goto(at("/board"));
    await first.locator("a.main[href='/operations']").waitFor();

    // A second officer: entered, given the watch, and sent a link.
    await first.goto(at("/force"));
    await first.locator("main table th a").first().click();
    await first.locator("a[href$='/people/new']").click();
    await first.locator("#name").fill(names[1]);
    await first.locator("#number").fill("N2");
    await first.locator("form.form button.main").click();
    await first.waitForURL(/\/units\/[0-9a-z]{13}$/);
    await first.goto(at("/access"));
    await first.locator("#grant-person").fill("N2");
    await first.locator("#grant-role").selectOption("duty_officer");
    await first.locator("form[action='/access/grants'] button.main").click();
    await first.locator("tr[id^='grant-']", { hasText: names[1] }).waitFor();
    await first.locator("#link-person").fill("N2");
    await first.locator("#link-login").fill("second");
    await first.locator("form[action='/access/links'] button.main").click();
    const link = await first.locator("main code").innerText();

    const second = await day.visitor({ lang });
    day.expectFault(second, /status of (403|404|422)/);
    await second.goto(link);
    await enrol(second);
    // The link was good once.
    await second.goto(link);
    await second.locator("a[href='/']").first().waitFor();

    // The first takes the watch, writes a line, and offers it; until it is taken it is still theirs.
    await first.goto(at("/watch"));
    await first.locator("a[href$='/take']").click();
    await first.locator("form[action$='/take'] button.main").click();
    await first.waitForURL(/\/watch$/);
    const words = lang === "en" ? "Keys are in the left drawer" : "钥匙在左侧抽屉";
    await first.locator("#entry-words").fill(words);
    await first.locator("#entry-words").press("Enter");
    await first.locator("ol.log li", { hasText: words }).waitFor();
    await first.locator("details:has(#offer-to) > summary").click();
    const next = await first.locator("#offer-to option", { hasText: names[1] }).getAttribute("value");
    await first.locator("#offer-to").selectOption(next);
    await first.locator("form[action$='/offer'] button.main").click();
    await first.locator(".state[data-state=info]", { hasText: names[1] }).waitFor();
    assert.match(await first.locator("dl.about dd").first().innerText(), new RegExp(names[0]));

    // The second reads the brief, gets the open line, and takes it; the first one's screen says so by itself.
    await second.goto(at("/watch"));
    await second.locator("ol.log li", { hasText: words }).waitFor();
    await second.locator("a.main[href$='/take']").click();
    await second.getByText(words).first().waitFor();
    await second.locator("form[action$='/take'] button.main").click();
    await second.waitForURL(/\/watch$/);
    await first.locator("dl.about dd", { hasText: names[1] }).first().waitFor();

    // Whoever keeps no accounts is told what it takes.
    await second.goto(at("/access"));
    await second.locator("[role=alert]").waitFor();

    // Signed out, and in again with password and the next code.
    await second.goto(at("/account"));
    await second.locator("form[action='/sign-out'] button").click();
    await second.waitForURL(/\/sign-in$/);
  });
}

/** Sets a password and enters the code of this moment, as an authenticator application would show it. */
async function enrol(page) {
  await page.waitForURL(/\/enrol\//);
  await page.locator("#password").fill(PASSWORD);
  await page.locator("#again").fill(PASSWORD);
  const secret = await page.locator("main code").first().innerText();
  await page.locator("#code").fill(code(secret, Math.floor(Date.now() / 30_000)));
  await page.locator("form button.main").first().click();
  await page.waitForURL((url) => !url.pathname.startsWith("/enrol/"));
}

/** RFC 6238 over RFC 4226: six digits of a step of thirty seconds. */
function code(base32, step) {
  const bits = [...base32.replace(/=+$/, "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", key).update(counter).digest();
  return String((mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
