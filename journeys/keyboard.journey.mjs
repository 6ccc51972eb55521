// The whole watch without a mouse: taken, kept, looked up, handed on.
import assert from "node:assert/strict";
import { LANGUAGES, journey, tabTo } from "./harness.mjs";

for (const lang of LANGUAGES) {
  journey(`the watch is kept without a mouse (${lang})`, { paused: true }, async (night) => {
    const duty = await night.person("duty-officer", { lang });
    const { keyboard } = duty;
    const go = async (letter, address) => {
      await keyboard.press("g");
      await keyboard.press(letter);
      await duty.waitForURL(address);
    };

    // Taken: to the watch, to the brief, and one act.
    await go("w", /\/watch$/);
    await tabTo(duty, "a[href$='/take']");
    await keyboard.press("Enter");
    await duty.waitForURL(/\/take$/);
    await tabTo(duty, "form[action$='/take'] button.main");
    await keyboard.press("Enter");
    await duty.waitForURL(/\/watch$/);

    // Kept: a line by callsign, which names its post, and the order of a leader.
    const words = lang === "en" ? "Snow plough through, both lanes open" : "除雪车已通过,双向放行";
    await keyboard.press("n");
    await keyboard.type("2802");
    await keyboard.press("Tab");
    await keyboard.type(words);
    await keyboard.press("Enter");
    const line = duty.locator("ol.log li", { hasText: words });
    await line.waitFor();
    assert.match(await line.locator(".from").innerText(), lang === "en" ? /^2802 Heisong Pass/ : /^2802 黑松岭/);
    await keyboard.press("Escape");
    await keyboard.press("v");
    await tabTo(duty, "#order-by");
    await keyboard.press("ArrowDown");
    await tabTo(duty, "#order-words");
    await keyboard.type(lang === "en" ? "Hold lorries at the plaza" : "货车在收费站等候");
    await tabTo(duty, "details[open] form button.main");
    await keyboard.press("Enter");
    await duty.locator("ol.log li .state[data-state=attention]").last().waitFor();
    await duty.waitForFunction(() => document.querySelector("#order-words").value === "");

    // Triaged: what nobody has looked at becomes one's own.
    const open = duty.locator("li[id^='open-']", { hasText: words });
    await open.waitFor();
    await tabTo(duty, `#${await open.getAttribute("id")} button[value=action]`);
    await keyboard.press("Enter");
    await open.locator("form[action$='/decide']").waitFor();

    // Looked up: one line finds the post, its page opens.
    await keyboard.press("/");
    await keyboard.type("2802");
    await keyboard.press("Enter");
    await duty.waitForURL(/\/find\?q=2802$/);
    await tabTo(duty, "main table th a");
    await keyboard.press("Enter");
    await duty.waitForURL(/\/posts\/[0-9a-z]{13}$/);

    // The board: arrows go from cell to cell, Enter opens what is counted.
    await go("b", /\/board$/);
    await tabTo(duty, ".matrix tbody th a");
    const first = await focused(duty);
    await keyboard.press("ArrowDown");
    assert.notEqual(await focused(duty), first, "an arrow leads to the next unit");
    await keyboard.press("ArrowRight");
    await keyboard.press("Enter");
    await duty.waitForURL(/\/posts\?unit=.*show=exceptions$/);

    // Help, and handed on: offered to the next.
    await keyboard.press("?");
    await duty.locator("#help[open]").waitFor();
    await keyboard.press("Escape");
    await duty.locator("#help[open]").waitFor({ state: "hidden" });
    await go("w", /\/watch$/);
    const hand = duty.locator("summary", { hasText: lang === "en" ? "Hand over the watch" : "交班" });
    await hand.waitFor();
    await tabTo(duty, "details:has(#offer-to) > summary");
    await keyboard.press("Enter");
    await tabTo(duty, "#offer-to");
    await keyboard.press("ArrowDown");
    await tabTo(duty, "form[action$='/offer'] button.main");
    await keyboard.press("Enter");
    await duty.locator(".state[data-state=info]").first().waitFor();
  });
}

const focused = (page) => page.evaluate(() => document.activeElement?.textContent);
