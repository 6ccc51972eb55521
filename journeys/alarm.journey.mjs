// An alarm from a phone to the watch: somebody calls for help, somebody takes it, it is cleared in words. Both languages.
import assert from "node:assert/strict";
import { LANGUAGES, journey, phone, sideways } from "./harness.mjs";

const WORDS = {
  en: { help: "Need help", needed: "Help needed", done: "Two cars sent, the road is clear" },
  "zh-CN": { help: "请求增援", needed: "请求增援", done: "已派两车到场，道路恢复畅通" },
};

/** One scan line of grey as a JPEG with an EXIF position in it: markers and lengths, as the server reads them. */
function photograph() {
  const segment = (marker, body) => Buffer.concat([Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255]), body]);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from("JFIF\0\x01\x01\0\0\x01\0\x01\0\0", "latin1")),
    segment(0xe1, Buffer.from("Exif\0\0GPS 34.5N 105.9E", "latin1")),
    segment(0xdb, Buffer.alloc(65)),
    segment(0xc0, Buffer.from([8, 0, 8, 0, 8, 1, 1, 0x11, 0])),
    segment(0xc4, Buffer.alloc(19)),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.from([0x12, 0x34, 0xff, 0xd9]),
  ]);
}

for (const lang of LANGUAGES) {
  const said = WORDS[lang];
  journey(`a call for help is taken and cleared (${lang})`, { paused: true }, async (night) => {
    const duty = await night.person("duty-officer", { lang });
    await duty.goto(new URL("/alarms", night.base).href);
    await duty.waitForURL(/\/units\/[0-9a-z]{13}\/alarms$/);

    const officer = await night.person("officer", { lang, viewport: phone });
    await officer.waitForURL(/\/mine$/);
    await officer.locator("summary").filter({ hasText: said.help }).click();
    await officer.locator("button[name=need][value=help]").click();

    // It is on the watch's screen without anybody asking, and blinks until somebody has it.
    const alarm = duty.locator("article.alarm").filter({ hasText: said.needed });
    await alarm.waitFor();
    assert.equal(await alarm.getAttribute("data-owned"), "no");
    await alarm.locator("form[action$='/take'] button").click();
    await duty.locator("article.alarm[data-owned=yes]").filter({ hasText: said.needed }).waitFor();

    // A photograph hangs on it, without its position; then it is cleared in words.
    await duty.locator("article.alarm").filter({ hasText: said.needed }).locator("a").first().click();
    await duty.waitForURL(/\/alarms\/[0-9a-z]{13}$/);
    const sent = await duty.evaluate(async ({ bytes, alarm }) => {
      const form = new FormData();
      form.set("subject", `alarm-${alarm}`);
      form.set("file", new File([new Uint8Array(bytes)], "road.jpg", { type: "image/jpeg" }));
      const answer = await fetch("/attachments", { method: "POST", body: form, headers: { accept: "application/json" } });
      const told = await answer.json();
      const file = await fetch(`/attachments/${told.attachment}`);
      return { status: answer.status, type: file.headers.get("content-type"), body: new TextDecoder("latin1").decode(await file.arrayBuffer()) };
    }, { bytes: [...photograph()], alarm: duty.url().split("/").at(-1) });
    assert.equal(sent.status, 200);
    assert.equal(sent.type, "image/jpeg");
    assert.ok(!sent.body.includes("GPS"), "the photograph still says where it was taken");

    await duty.locator("#clear-words").fill(said.done);
    await duty.locator("form[action$='/clear'] button.main").click();
    await duty.locator("dd").filter({ hasText: said.done }).first().waitFor();
    await duty.goto(new URL("/alarms", night.base).href);
    await duty.locator("tbody tr").filter({ hasText: said.done }).waitFor();
  });

  journey(`a leader begins on the phone with what needs them (${lang})`, { paused: true }, async (night) => {
    const leader = await night.person("county-leader", { lang, viewport: phone });
    await leader.goto(new URL("/needs-me", night.base).href);
    await leader.locator(".needs").waitFor();
    assert.ok((await sideways(leader)) <= 0, "the phone's page scrolls sideways");
    for (const row of await leader.locator(".needs a.need").all()) {
      assert.ok((await row.boundingBox()).height >= 48, "a thumb misses what is less than 48 pixels high");
    }
  });
}
