// Orders that arrive and get done, by the hands of those whom they concern, in both languages.
import assert from "node:assert/strict";
import { LANGUAGES, desk, journey, phone, sideways } from "./harness.mjs";

const WORDS = {
  en: {
    title: "Keep the passes open", clause: "Sand every shaded bend before midnight", second: "Report each closed lane at once",
    instruction: "Roads open, people safe.", above: "Provincial Public Security Department",
    understood: "Understood", willDo: "I will do it", accept: "Accept", inForce: "In force", untaken: "Nobody has taken it up",
    split: "Make a task of it", result: "Sanded twice, surface clear", brigade: "[Tt]raffic", silent: "Yongyi",
    notReceived: "Order not received", ordered: "To Level I, call everybody out", sign: "countersign",
  },
  "zh-CN": {
    title: "确保垭口畅通的指令", clause: "零时前对背阴弯道逐处撒布防滑料", second: "车道封闭立即报告",
    instruction: "确保道路畅通、人员安全。", above: "省公安厅",
    understood: "明白", willDo: "接受", accept: "接受任务", inForce: "已下发", untaken: "无人承接",
    split: "分解任务", result: "已撒布两遍，路面干净", brigade: "交", silent: "永驿",
    notReceived: "指令未签收", ordered: "立即转一级勤务，全员召集", sign: "补签",
  },
};

/** A photograph as a phone takes one. */
async function photograph(page) {
  const url = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
    const ink = canvas.getContext("2d");
    ink.fillStyle = "#89a";
    ink.fillRect(0, 0, 320, 240);
    ink.fillStyle = "#eee";
    ink.fillRect(0, 160, 320, 80);
    return canvas.toDataURL("image/jpeg");
  });
  return { name: "road.jpg", mimeType: "image/jpeg", buffer: Buffer.from(url.split(",")[1], "base64") };
}

const at = (night, path) => new URL(path, night.base).href;

/** The bureau writes a directive from above and issues it; where it is. */
async function issued(night, duty, said, minutes) {
  await duty.goto(at(night, "/directives/new"));
  await duty.locator("#title_en").fill(said.title);
  await duty.locator("#above").fill(said.above);
  await duty.locator("#instruction").fill(said.instruction);
  await duty.locator("#clauses").fill(`${said.clause}\n${said.second}`);
  // The form asks for receipts within the hour.
  if (minutes !== undefined) {
    const hour = new Date(`${await duty.locator("#deadline").inputValue()}Z`);
    await duty.locator("#deadline").fill(new Date(hour.getTime() - (60 - minutes) * 60_000).toISOString().slice(0, 16));
  }
  await duty.locator("form.form button.main").click();
  await duty.waitForURL(/\/directives$/);
  await duty.getByRole("link", { name: said.title }).click();
  await duty.waitForURL(/\/directives\/[0-9a-z]{13}$/);
  // Whom it reaches is said before it goes out.
  assert.match(await duty.locator("#reaches").innerText(), /14/);
  await duty.locator("form[action$='/issue'] button.main").click();
  await duty.locator("dd .state").filter({ hasText: said.inForce }).first().waitFor();
  return new URL(duty.url()).pathname;
}

/** Takes the bureau's watch. In a fast night a line may come in while the brief is read: then it is read again. */
async function takeWatch(night, duty) {
  night.expectFault(duty, /status of 4(09|22)/);
  for (let tries = 0; tries < 5; tries += 1) {
    await duty.goto(at(night, "/watch"));
    await duty.locator("a[href$='/take'], a[href$='/brief']").first().click();
    await duty.locator("form[action$='/take'] button.main").click();
    const taken = duty.waitForURL(/\/watch$/).then(() => true, () => false);
    const refused = duty.locator("form[action$='/take'] [data-fault]:not([hidden])").waitFor().then(() => false, () => false);
    if (await Promise.race([taken, refused])) return;
  }
  throw new Error("the watch could not be taken");
}

/** Taps the one word that a row of Needs me asks for. */
async function tap(page, group, what, act) {
  const row = page.locator(`#needs-${group} > li`).filter({ hasText: what });
  await row.getByRole("button", { name: act }).click();
}

for (const lang of LANGUAGES) {
  const said = WORDS[lang];

  journey(`a sentence from the province becomes a photograph on the trace (${lang})`, { paused: true }, async (night) => {
    const duty = await night.person("duty-officer", { lang, viewport: desk });
    const directive = await issued(night, duty, said);
    await duty.goto(at(night, `${directive}/trace`));
    const clause = duty.locator("#clause-1");
    await clause.locator(".state[data-state=wrong]").filter({ hasText: said.untaken }).first().waitFor();

    // The county's leader finds it on the phone without looking for it, says the county has read it and takes it up.
    const county = await night.person("county-leader", { lang, viewport: phone });
    await county.waitForURL(/\/needs-me$/);
    assert.ok((await sideways(county)) <= 0, "the phone's page scrolls sideways");
    await tap(county, "receipts", said.title, said.understood);
    await tap(county, "receipts", said.title, said.willDo);
    await county.locator("#needs-doing > li").filter({ hasText: said.title }).waitFor();

    // They pass it on to everybody below, in person.
    await county.locator("#needs-relays > li").filter({ hasText: said.title }).locator("a.need").click();
    await county.waitForURL(/\/relay\?unit=/);
    await county.locator("form[action$='/relay'] button.main").click();
    await county.waitForURL((url) => url.pathname === directive);

    // They make a task of the first sentence: the traffic brigade's, with a photograph wanted.
    await county.goto(at(night, `${directive}/trace`));
    await county.locator("#clause-1").getByRole("link", { name: said.split }).click();
    await county.waitForURL(/\/split/);
    const lead = county.locator("#of-lead");
    const brigade = await lead.locator("option").evaluateAll(
      (options, pattern) => options.find((one) => new RegExp(pattern).test(one.textContent))?.value, said.brigade);
    assert.ok(brigade, "the county has a traffic brigade");
    await lead.selectOption(brigade);
    await county.locator("form.find button").click();
    await county.waitForURL(/lead=/);
    await county.locator("#wanted").selectOption("file");
    await county.locator("form[action$='/tasks'] button.main").click();
    await county.waitForURL(/\/trace$/);

    // The brigade's leader accepts it; the trace at the bureau knows without being asked.
    const station = await night.person("station-leader", { lang, viewport: phone });
    await station.waitForURL(/\/needs-me$/);
    await tap(station, "tasks", said.clause, said.accept);
    await clause.locator("li .state").first().waitFor();
    await duty.locator("#clause-1 h2 .state:not([data-state=wrong])").waitFor();

    // At the checkpoint, in large text: understood.
    const officer = await night.person("officer", { lang, viewport: phone });
    await officer.waitForURL(/\/mine$/);
    const order = officer.locator("section.mine-orders").filter({ hasText: said.title });
    await order.getByText(said.clause).waitFor();
    await order.getByRole("button", { name: said.understood }).click();
    await order.getByRole("button", { name: said.willDo }).waitFor();
    assert.ok((await sideways(officer)) <= 0, "the phone's page scrolls sideways");

    // Done, with a photograph.
    await station.locator("#needs-tasks > li").filter({ hasText: said.clause }).locator("a.need").click();
    await station.waitForURL(/\/tasks\/[0-9a-z]{13}$/);
    const result = station.locator("form[action$='/result']");
    await result.locator("input[name=words]").fill(said.result);
    await result.locator("input[type=file]").setInputFiles(await photograph(station));
    await result.locator("button.main").click();
    await station.locator("img.attached, img").first().waitFor();

    // The county agrees, and the bureau sees the sentence, the duty and the photograph on one screen.
    await county.goto(at(night, "/needs-me"));
    await county.locator("#needs-results > li").filter({ hasText: said.clause }).locator("a.need").click();
    await county.locator("form[action$='/close'] button.main").click();
    await clause.locator("li .state[data-state=done]").waitFor();
    const picture = clause.locator("li img").first();
    await picture.scrollIntoViewIfNeeded();
    await duty.waitForFunction(() => document.querySelector("#clause-1 li img")?.naturalWidth > 0);
  });

  journey(`a silent county is one alarm, and Level I is set by telephone (${lang})`, { speed: 30 }, async (night) => {
    const duty = await night.person("duty-officer", { lang, viewport: desk });
    await takeWatch(night, duty);
    const directive = await issued(night, duty, said, 10);

    // An order by telephone: one entry, acted on at once.
    await duty.goto(at(night, "/board"));
    const operation = new URL(duty.url()).pathname.replace(/\/board$/, "");
    await duty.goto(at(night, operation));
    await duty.locator("#level-1 summary").click();
    const leader = await duty.locator("#level-by-1 option").evaluateAll((options) => options.map((one) => one.value).filter(Boolean));
    const bureau = await night.person("bureau-leader", { lang, viewport: phone });
    const self = await bureau.evaluate(() => document.querySelector(".needs")?.id.replace("needs-", ""));
    assert.ok(leader.includes(self), "the leader on duty may be named");
    await duty.locator("#level-by-1").selectOption(self);
    await duty.locator("#level-words-1").fill(said.ordered);
    await duty.locator("#level-1 form button.main").click();
    await duty.locator("#level-1 .state").waitFor();

    // The leader is asked to sign for it, until they do.
    const asked = bureau.locator("#needs-orders > li").filter({ hasText: said.ordered });
    await asked.waitFor();

    // What the level brings is taken, one by one; the call-out fills by itself.
    const open = duty.locator("li[id^=proposal-] button[value=true]");
    for (let left = await open.count(); left > 0; left -= 1) {
      await open.first().click();
      await duty.waitForFunction((count) => document.querySelectorAll("li[id^=proposal-] button[value=true]").length < count, left);
    }
    await duty.goto(await duty.evaluate(async () => {
      const unit = document.querySelector("a[href*='/directives']")?.getAttribute("href") ?? "/directives";
      const answer = await fetch(unit);
      const list = answer.url.replace(/directives$/, "call-outs");
      const page = new DOMParser().parseFromString(await (await fetch(list)).text(), "text/html");
      return new URL(page.querySelector("a[href^='/call-outs/']").getAttribute("href"), location.href).href;
    }));
    const arrived = () => duty.locator("tr[id^=called-of-] td:nth-child(3)").evaluateAll((cells) => cells.reduce((sum, cell) => sum + Number(cell.textContent), 0));
    await duty.waitForFunction(() => [...document.querySelectorAll("tr[id^=called-of-] td:nth-child(3)")].some((cell) => Number(cell.textContent) > 0));
    assert.ok((await arrived()) > 0);
    await asked.waitFor();
    await asked.getByRole("button", { name: said.sign }).click();
    await asked.waitFor({ state: "detached" });

    // One county has read nothing. Nobody asked: it is on the strip of the bureau's watch, once, and says what is silent.
    const alarm = duty.locator(".strip-of-alarms article.alarm").filter({ hasText: said.silent });
    await alarm.first().waitFor({ timeout: 120_000 });
    assert.equal(await alarm.count(), 1);
    assert.match(await alarm.innerText(), new RegExp(said.notReceived));
    await alarm.locator("a").first().click();
    await duty.waitForURL(/\/alarms\/[0-9a-z]{13}$/);
    await duty.locator(`dd a[href='${directive}/receipts']`).waitFor();
  });
}
