// Drives the real program in a real browser: one `oneboard demo` and one Chromium per journey.
//
//     import { journey, phone } from "./harness.mjs";
//     journey("an officer checks in", { seed: 7, paused: true }, async (night) => {
//       const officer = await night.person("officer", { lang: "zh-CN", viewport: phone });
//       await officer.getByRole("button", { name: "签到" }).click();
//     });
//
// A journey fails by itself when a page logs an error, throws, or asks for anything outside the program under test.
// An error that the journey is about is named beforehand: `night.expectFault(page, /status of 403/)`.
//
// Environment: ONEBOARD_PROGRAM (the built program; default ../target/debug/oneboard), ONEBOARD_CHROMIUM.
import axe from "axe-core";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** The people that `oneboard demo` prints a sign-in link for. */
export const PEOPLE = ["duty-officer", "county-leader", "officer", "inspector", "writer", "station-leader", "bureau-leader"];
export const LANGUAGES = ["en", "zh-CN"];

export const desk = { width: 1366, height: 768 };
export const wall = { width: 1920, height: 1080 };
export const phone = { width: 390, height: 844 };

/** A demonstration in the dev profile seeds 5,600 people; on two busy cores that has taken most of a minute. */
const READY_WITHIN_MS = 180_000;
/** A graceful stop flushes the journal; past this the process is ended without its leave. */
const STOP_WITHIN_MS = 10_000;
/** Lines of the program's standard error kept for the report of a failure. */
const LAST_WORDS = 40;
/** One journey, from the open browser to its last step. */
const JOURNEY_WITHIN_MS = 300_000;

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const PROGRAM = process.env.ONEBOARD_PROGRAM ?? join(ROOT, "target", "debug", "oneboard");
const SHOTS = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "journeys");

/** A test with a demonstration and a browser of its own. Options as `board`; `body` receives what `board` returns. */
export function journey(name, options, body) {
  test(name, () => play(options, body));
}

/** A test with a new installation, nobody in it, and a browser. `body` receives what `installation` returns. */
export function founding(name, body) {
  test(name, () => play({ open: installation }, body));
}

/** An installation as it is served the first time: `word` is what its terminal prints for whoever sets it up. */
export async function installation() {
  const data = mkdtempSync(join(tmpdir(), "oneboard-journey-"));
  const remove = () => rmSync(data, { recursive: true, force: true });
  const env = { ONEBOARD_SITE_DATA: data, ONEBOARD_LISTEN_ADDRESS: "127.0.0.1:0", ONEBOARD_SITE_NAME: "Journey", ONEBOARD_LOG_LEVEL: "warn" };
  const missing = ({ word }) => (word ? [] : ["the set-up word"]);
  let server, browser;
  try {
    server = await startServer(PROGRAM, ["serve"], { env, missing });
    browser = await openBrowser(server.base);
  } catch (fault) {
    await server?.stop();
    remove();
    throw fault;
  }
  return { base: server.base, word: server.word, ...common(browser, () => server, remove) };
}

/** What every journey can do, whatever it was started on. */
function common(browser, server, remove) {
  return {
    /** A page of somebody who has not signed in. */
    visitor: (look) => browser.page(look),
    expectFault: browser.expectFault,
    assertClean: browser.assertClean,
    /** Takes the pictures and says where they are, with the program's last words. */
    async evidence() {
      await browser.pictures();
      return `\npictures in ${SHOTS}\nthe program's last words:\n${server().lastWords()}`;
    },
    async close() {
      await browser.close();
      await server().stop();
      remove();
    },
  };
}

/**
 * What `journey` does: both are gone when it ends, and when it fails a picture of every open page is left in target/journeys.
 * The deadline is ours, not the test runner's: the runner would report it and leave the program and the browser running.
 */
export async function play({ within = JOURNEY_WITHIN_MS, open = board, ...options }, body) {
  const night = await open(options);
  let patience;
  const deadline = new Promise((_, reject) => {
    patience = setTimeout(() => reject(new Error(`the journey was not over after ${within / 1000} s`)), within);
  });
  try {
    await Promise.race([body(night), deadline]);
    night.assertClean();
  } catch (fault) {
    fault.message += await night.evidence();
    throw fault;
  } finally {
    clearTimeout(patience);
    await night.close();
  }
}

/** Where Chromium is, or undefined. */
export function chromiumPath() {
  if (process.env.ONEBOARD_CHROMIUM) return process.env.ONEBOARD_CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const name of ["chromium", "chromium-browser", "google-chrome"])
    for (const folder of folders) if (folder && existsSync(join(folder, name))) return join(folder, name);
  return undefined;
}

/**
 * Starts the program with a data folder of its own and opens a browser for it. Whoever calls this calls `close`; `journey` does.
 * Options: seed, speed, paused, args (more arguments), host (the name under which it is opened; passkeys need one),
 * command ([program, ...arguments], for the harness's own tests).
 */
export async function board({ seed = 1, speed, paused = false, args = [], host, command } = {}) {
  const data = mkdtempSync(join(tmpdir(), "oneboard-journey-"));
  const remove = () => rmSync(data, { recursive: true, force: true });
  const [program, ...first] = command ?? [PROGRAM];
  const flags = ["demo", "--port", "0", "--data", data, "--seed", String(seed)];
  if (speed !== undefined) flags.push("--speed", String(speed));
  if (paused) flags.push("--paused");
  let server, browser;
  try {
    server = await startServer(program, [...first, ...flags, ...args]);
    if (host) named(server, host);
    browser = await openBrowser(server.base);
    // Whoever comes back after an outage finds the server where it was.
    flags[2] = new URL(server.base).port;
  } catch (fault) {
    await server?.stop();
    remove();
    throw fault;
  }
  return {
    base: server.base,
    /** A signed-in page of `name`, in a browser profile of its own. `look`: lang, viewport, colorScheme. */
    async person(name, look) {
      const link = server.links.get(name);
      if (!link) throw new Error(`no link for "${name}": the program printed ${[...server.links.keys()].join(", ")}`);
      const page = await browser.page({ who: name, ...look });
      await page.goto(link, { waitUntil: "load" });
      // Nothing is changed by opening an address: the link shows a page, and its one button signs in.
      const enter = page.locator("main form[method=post] button");
      if (await enter.count()) {
        await enter.first().click();
        await page.waitForURL((url) => !url.pathname.startsWith("/demonstration/"));
      }
      return page;
    },
    ...common(browser, () => server, remove),
    /** Ends the server as a power cut would. */
    killServer: () => server.stop("SIGKILL"),
    /** Starts it again, on the same data and at the same address. */
    async restartServer() {
      server = await startServer(program, [...first, ...flags, ...args]);
      if (host) named(server, host);
    },
  };
}

/** Opens the same server by another name. */
function named(server, host) {
  const under = (address) => Object.assign(new URL(address), { hostname: host }).href.replace(/\/$/, "");
  server.base = under(server.base);
  for (const [name, link] of server.links) server.links.set(name, under(link));
}

/** What a demonstration has not said yet before it can be used. */
const untold = ({ base, links }) => [base ? "" : "ready", ...PEOPLE.filter((name) => !links.has(name))].filter(Boolean);

/**
 * Starts `program`, waits until it has said what it must, and ends it however we end. A demonstration says `ready URL` and
 * `link NAME URL` for everyone; a new installation the address of its set-up and, indented, the set-up word.
 */
export async function startServer(program, args, { env = {}, missing = untold } = {}) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  const words = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (words.push(line) > LAST_WORDS) words.shift();
  });
  const lastWords = () => words.join("\n");
  const ended = new Promise((resolve) => {
    child.once("error", (fault) => resolve(`could not be started: ${fault.message}`));
    child.once("exit", (code, signal) => resolve(`ended with ${signal ?? `code ${code}`}`));
  });
  const release = endWithUs(child);
  const stop = async (signal = "SIGTERM") => {
    child.kill(signal);
    const patience = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
    await ended;
    clearTimeout(patience);
    release();
  };

  const said = { base: undefined, links: new Map(), word: undefined };
  let patience;
  const ready = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [word, first, second] = line.trim().split(/\s+/);
      if (word === "ready") said.base = first;
      if (word === "link") said.links.set(first, second);
      if (line.includes("/set-up")) said.base = line.match(/http:\/\/[^/]+/)?.[0];
      if (/^ {4}\S+$/.test(line)) said.word = line.trim();
      if (!missing(said).length) resolve(undefined);
    });
  });
  const tooLate = new Promise((resolve) => {
    patience = setTimeout(() => resolve(`had not printed ${missing(said).join(", ")} after ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS);
  });
  const trouble = await Promise.race([ready, ended, tooLate]);
  clearTimeout(patience);
  if (trouble) {
    await stop();
    throw new Error(`${program} ${args.join(" ")} ${trouble}\n${lastWords()}`);
  }
  return { ...said, lastWords, stop };
}

/** A test runner that gives up sends SIGTERM: without this the program under test would outlive us. */
function endWithUs(child) {
  const kill = () => child.kill("SIGKILL");
  const leave = (signal) => {
    kill();
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  process.once("exit", kill);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, leave);
  return () => {
    process.off("exit", kill);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(signal, leave);
  };
}

/** Opens Chromium for pages of `base`, and watches every one of them. */
export async function openBrowser(base) {
  const executablePath = chromiumPath();
  if (!executablePath) throw new Error("no Chromium: install the package chromium, or set ONEBOARD_CHROMIUM");
  const browser = await chromium.launch({
    executablePath,
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const origin = new URL(base).origin;
  const pages = [];
  const faults = () =>
    pages.flatMap(({ who, faults, expected }) =>
      faults.filter((text) => !expected.some((pattern) => pattern.test(text))).map((text) => `${who}: ${text}`),
    );

  return {
    faults,
    /** A page in a context of its own: no two people share a cookie. */
    async page({ who = "visitor", lang = "en", viewport = desk, colorScheme = "dark" } = {}) {
      const context = await browser.newContext({ viewport, locale: lang, colorScheme, hasTouch: viewport.width < 500 });
      const sheet = await context.newPage();
      pages.push({ who, sheet, faults: watch(context, sheet, origin), expected: [] });
      return sheet;
    },
    /** Chromium logs an error for every answer of 400 and above: say which ones the journey is about. */
    expectFault(sheet, pattern) {
      const entry = pages.find((one) => one.sheet === sheet);
      if (!entry) throw new Error("expectFault: not a page of this browser");
      entry.expected.push(pattern);
    },
    assertClean() {
      const found = faults();
      if (found.length) throw new Error(`the pages were not clean:\n  ${found.join("\n  ")}`);
    },
    async pictures() {
      mkdirSync(SHOTS, { recursive: true });
      for (const [at, { who, sheet }] of pages.entries()) {
        // A page that has crashed cannot be pictured, and must not hide why.
        await sheet.screenshot({ path: join(SHOTS, `${process.pid}-${at}-${who}.png`), timeout: 5_000 }).catch(() => {});
      }
    },
    close: () => browser.close(),
  };
}

/** Gathers what no page may do. */
function watch(context, sheet, origin) {
  const faults = [];
  sheet.on("console", (message) => {
    if (message.type() === "error") faults.push(`console error: ${message.text()} (${message.location().url})`);
  });
  sheet.on("pageerror", (fault) => faults.push(`exception: ${fault.message}`));
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.origin !== origin) faults.push(`request to elsewhere: ${request.url()}`);
  });
  return faults;
}

/** The WCAG 2.2 AA findings of a page, one line each; empty is good. */
export async function accessibility(sheet) {
  await sheet.evaluate(axe.source);
  const { violations } = await sheet.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }),
  );
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
}

/** How many pixels the page scrolls sideways; 0 is good. */
export function sideways(sheet) {
  return sheet.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Presses Tab until the focus is on what `selector` names, as somebody without a mouse would. */
export async function tabTo(sheet, selector) {
  const most = await sheet.evaluate(() => document.querySelectorAll("a,button,input,select,textarea,summary,[tabindex]").length);
  for (let pressed = 0; pressed <= most + 1; pressed++) {
    if (await sheet.evaluate((selector) => document.activeElement?.matches(selector) ?? false, selector)) return;
    await sheet.keyboard.press("Tab");
  }
  throw new Error(`the Tab key never came to ${selector} on ${sheet.url()}`);
}
