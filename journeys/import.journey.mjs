// A workbook as a bureau keeps it: its faults are named, it is mended, goes in, and what comes out again opens elsewhere and reads back.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LANGUAGES, journey } from "./harness.mjs";
import { workbook } from "./workbook.mjs";

const CENTRE = "陇东市公安局指挥中心";
const MENDED = { centre: CENTRE, grade: "民警", hours: "20：00-次日8：00", who: "李伟（LD99001）、王芳（FJ99002）" };

/** Merged cells, a title above the head, full-width figures, a date as text, a shift over midnight, two people of one name. */
const kept = ({ centre, grade, hours, who }) =>
  workbook([
    {
      name: "花名册",
      rows: [
        ["2027年春节安保人员花名册", null, null, null, null],
        ["警号", "姓名", "所属单位", "人员类别", "手机"],
        ["ＬＤ９９００１", "李 伟", centre, "民警", "139 0000 0001"],
        ["FJ99002", "王芳", null, "协警", "13900000002"],
        ["LD99003", "王芳", CENTRE, grade, "１３９００００００03"],
      ],
      merged: ["A1:E1", "C3:C4"],
    },
    { name: "岗位表", rows: [["编号", "岗点", "责任单位", "类型", "位置"], ["LD-099", "龙首山隧道口", CENTRE, "卡点", "龙首山隧道东口"]] },
    { name: "班次表", rows: [["岗号", "日期", "时间", "警力"], ["LD-099", "2027年2月14日", hours, "２"]] },
    { name: "排班表", rows: [["岗号", "日期", "时间", "姓名"], ["LD-099", "2027年2月14日", "20：00-次日8：00", who]] },
  ]);

for (const lang of LANGUAGES) {
  journey(`a workbook goes in with its faults named, and comes out again (${lang})`, { paused: true }, async (night) => {
    const folder = mkdtempSync(join(tmpdir(), "oneboard-workbook-"));
    try {
      const duty = await night.person("duty-officer", { lang });
      const send = async (name, bytes) => {
        await duty.goto(new URL("/import", night.base).href);
        await duty.locator("#import-file").setInputFiles({ name, mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", buffer: bytes });
        await duty.locator("form[action='/import'] button.main").click();
        await duty.waitForURL(/\/import\/./);
      };

      // Every fault by sheet, row, column and value, with what to do; nothing goes in.
      await send("布岗.xlsx", kept({ centre: "陇东市公安局指挥中新", grade: "民兵", hours: "20:00-25:00", who: "李伟、王芳（FJ99002）" }));
      const faults = duty.locator("main table").first().locator("tbody tr");
      for (const [sheet, row, value] of [["花名册", "3", "陇东市公安局指挥中新"], ["花名册", "5", "民兵"], ["班次表", "2", "20:00-25:00"]]) {
        await faults.filter({ hasText: sheet }).filter({ hasText: value }).filter({ hasText: row }).first().waitFor();
      }
      assert.equal(await duty.locator("form[action^='/import/']").count(), 0, "a workbook with faults cannot be confirmed");

      // Mended but for a name that several people have: they are told apart by number and unit.
      await send("布岗.xlsx", kept({ ...MENDED, who: "李伟、王芳（FJ99002）" }));
      await faults.filter({ hasText: "排班表" }).filter({ hasText: "LD99001" }).waitFor();

      // Mended, it goes in, all of it at once; the post and its people stand where they belong.
      await send("布岗.xlsx", kept(MENDED));
      await duty.locator("form[action^='/import/'] button.main").click();
      await duty.getByText(lang === "en" ? "The workbook is in." : "工作簿已导入。").waitFor();
      await duty.goto(new URL("/find?q=LD-099", night.base).href);
      await duty.locator("main th a", { hasText: "LD-099" }).waitFor();
      await duty.goto(new URL("/find?q=王芳", night.base).href);
      await duty.locator("main tr", { hasText: "FJ99002" }).waitFor();
      await duty.locator("main tr", { hasText: "LD99003" }).waitFor();

      // The same again changes nothing.
      await send("布岗.xlsx", kept(MENDED));
      await duty.getByText(lang === "en" ? "The board says all of this already." : "没有变更").first().waitFor();

      // Out: an XLSX, which reads back as no change, and which another program opens where there is one.
      const operation = (await duty.evaluate(async () => (await fetch("/board")).url)).replace(/^.*(\/operations\/[^/]+)\/board$/, "$1");
      const bytes = Buffer.from(
        await duty.evaluate(async (path) => [...new Uint8Array(await (await fetch(path)).arrayBuffer())], `${operation}/posts.xlsx`),
      );
      assert.equal(bytes.subarray(0, 2).toString(), "PK");
      await send("posts.xlsx", bytes);
      await duty.getByText(lang === "en" ? "The board says all of this already." : "没有变更").first().waitFor();
      opensElsewhere(folder, bytes);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** LibreOffice reads the workbook and finds the post in it; where it is not installed nothing is claimed. */
function opensElsewhere(folder, bytes) {
  if (spawnSync("soffice", ["--version"]).error) return;
  const file = join(folder, "posts.xlsx");
  writeFileSync(file, bytes);
  const run = spawnSync("soffice", [`-env:UserInstallation=file://${folder}/profile`, "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76", "--outdir", folder, file]);
  assert.equal(run.status, 0, String(run.stderr));
  assert.match(readFileSync(join(folder, "posts.csv"), "utf8"), /LD-099.*龙首山隧道口/);
}
