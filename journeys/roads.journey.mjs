// From a road-icing warning to limits on the road and back: entered, approved, confirmed from a phone, a closure that waits
// for the province with its clock running, and everything lifted in stages. Both languages.
import assert from "node:assert/strict";
import { LANGUAGES, journey, phone, sideways } from "./harness.mjs";

const WORDS = {
  en: {
    issuer: "Municipal weather office", county: "Lingbei", limit: "speed limit 30 km/h", closure: "close the section",
    confirmed: "1 of 1 posts confirmed", waiting: /waiting ([1-9]\d*) min/, province: "Provincial traffic police, duty leader, by telephone",
    over: "lifting is proposed", lifted: "Lifted", none: "No measure is proposed or in force here.",
  },
  "zh-CN": {
    issuer: "市气象台", county: "岭北", limit: "限速30公里/小时", closure: "封闭路段",
    confirmed: "1 个岗位中 1 个已现场确认", waiting: /已等候 ([1-9]\d*) 分钟/, province: "省交警总队值班领导电话同意",
    over: "建议解除", lifted: "已解除", none: "本路段无拟议或生效措施。",
  },
};

for (const lang of LANGUAGES) {
  const said = WORDS[lang];
  journey(`a road-icing warning becomes limits on the road, and is lifted in stages (${lang})`, { paused: true }, async (night) => {
    const officer = await night.person("officer", { lang, viewport: phone });
    await officer.waitForURL(/\/mine$/);
    await officer.locator("form[action='/mine/check-in'] button.main").click();
    await officer.locator("#road").waitFor();

    const duty = await night.person("duty-officer", { lang });
    await duty.goto(new URL("/roads", night.base).href);
    await duty.waitForURL(/\/units\/[0-9a-z]{13}\/roads$/);
    const roads = duty.url();

    // A warning is entered by hand, for one county.
    await duty.locator("a[href$='/warnings/new']").click();
    await duty.locator("#colour").selectOption("red");
    await duty.locator("#issuer").fill(said.issuer);
    for (const box of await duty.locator("input[name=units]:checked").all()) await box.uncheck();
    await duty.locator("label.choice").filter({ hasText: said.county }).locator("input").check();
    await duty.locator("form[action='/warnings'] button.main").click();
    await duty.waitForURL(roads);
    await duty.locator("main a.warning[data-level=red]").first().waitFor();

    // The rules propose by themselves. Limits on three sections are approved; the fourth is left out.
    const limits = duty.locator("article.proposal").filter({ has: duty.locator("h3", { hasText: said.limit }) });
    await limits.waitFor();
    const boxes = limits.locator("input[type=checkbox][name=measures]");
    assert.equal(await boxes.count(), 4);
    await limits.locator("label.choice").filter({ hasText: "G921" }).locator("input").uncheck();
    await limits.locator("form[action='/measures/approve'] button.main").click();
    const rows = duty.locator("tbody tr").filter({ hasText: said.limit });
    await duty.waitForFunction(([text]) => [...document.querySelectorAll("main tbody tr")].filter((row) => row.textContent.includes(text)).length === 3, [said.limit]);
    assert.equal(await rows.filter({ hasText: "G921" }).count(), 0);

    // The phone on the pass sees it, and says that it is so on the ground.
    const measures = officer.locator("#road-measures");
    await measures.filter({ hasText: said.limit }).waitFor();
    assert.ok((await sideways(officer)) <= 0, "the phone's page scrolls sideways");
    await measures.locator("button.main").click();
    await measures.waitFor({ state: "detached" });
    await duty.locator("tbody tr").filter({ hasText: "X901" }).filter({ hasText: said.confirmed }).waitFor();

    // The closure of the expressway is the province's: it is asked, and the clock of the request runs.
    const closure = duty.locator("article.proposal").filter({ has: duty.locator("h3", { hasText: said.closure }) }).filter({ hasText: "G9811" });
    await closure.locator("form[action='/measures/ask'] button.main").click();
    const request = duty.locator("article.proposal").filter({ has: duty.locator("form[action='/measures/answer']") });
    await request.waitFor();
    await duty.locator(".clockwork button[name=speed][value='20']").click();
    await duty.locator(".clockwork button[name=paused][value=false]").click();
    await request.filter({ hasText: said.waiting }).waitFor();
    await duty.locator(".clockwork button[name=paused][value=true]").click();
    await request.locator("input[name=words]").fill(said.province);
    await request.locator("button[name=granted][value=true]").click();
    await duty.locator("tbody tr[data-state=attention]").filter({ hasText: said.closure }).waitFor();

    // In the morning its office cancels the warning: lifting is proposed, and nothing is lifted.
    await duty.locator("main a.warning[data-level=red]").first().click();
    await duty.waitForURL(/\/warnings\/[0-9a-z]{13}$/);
    await duty.locator("#warning-end summary").click();
    await duty.locator("form[action$='/cancel'] button").click();
    await duty.locator("main .state[data-state=done]").first().waitFor();
    await duty.goto(roads);
    const lift = (words) => duty.locator("article.proposal").filter({ has: duty.locator("form[action='/measures/lift']") }).filter({ has: duty.locator("h3", { hasText: words }) });
    await lift(said.limit).filter({ hasText: said.over }).waitFor();
    await duty.locator("tbody tr").filter({ hasText: said.closure }).waitFor();
    await lift(said.limit).locator("button[name=stage][value=all]").click();
    await lift(said.limit).waitFor({ state: "detached" });

    // The closure opens in stages, each by the province's word.
    for (const stage of ["heavy_trucks", "cars", "all"]) {
      await lift(said.closure).locator("input[name=words]").fill(said.province);
      await lift(said.closure).locator(`button[name=stage][value=${stage}]`).click();
      await lift(said.closure).locator(`button[name=stage][value=${stage}]`).waitFor({ state: "detached" });
    }
    await duty.locator("tbody a").filter({ hasText: "G9811" }).first().click();
    await duty.waitForURL(/\/sections\/[0-9a-z]{13}$/);
    await duty.locator("main li").filter({ hasText: said.closure }).filter({ hasText: said.lifted }).waitFor();
  });
}
