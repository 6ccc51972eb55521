// Every page loads this: it keeps the fragments true, says when it cannot, sends forms, and answers the keyboard.
import { watchAlarms } from "./alarm.js";
import { apply, gone, watchHands } from "./apply.js";
import { watchForms } from "./forms.js";
import { watchKeys } from "./keys.js";
import { FIELD_CACHE } from "./names.js";
import { Stream, type Message } from "./stream.js";
import { here, word } from "./words.js";
import type { ToWorker } from "./worker.js";

// "Connected again" is said this long.
const BACK_MS = 3000;
// A tab tells the shared worker that it is still there.
const HERE_MS = 20_000;

const root = document.documentElement;
let wasDown = false;

function banner(text: string, back: boolean): void {
  let element = document.getElementById("gone");
  if (!element) {
    element = document.createElement("p");
    element.id = "gone";
    element.setAttribute("role", "alert");
    document.body.prepend(element);
  }
  element.className = back ? "banner gone back" : "banner gone";
  element.textContent = text;
  element.hidden = !text;
}

function link(up: boolean, clock: string): void {
  const sign = document.querySelector<HTMLElement>("[data-link]");
  if (up) {
    root.removeAttribute("data-stale");
    sign?.removeAttribute("data-state");
    if (sign) sign.textContent = word("live");
    if (wasDown) {
      banner(word("back"), true);
      setTimeout(() => !wasDown && banner("", true), BACK_MS);
    }
  } else {
    const since = clock || here();
    root.setAttribute("data-stale", word("stale", { at: since }));
    sign?.setAttribute("data-state", "wrong");
    if (sign) sign.textContent = word("stale", { at: since });
    banner(word("gone", { at: since }), false);
  }
  wasDown = !up;
}

function take(message: Message): void {
  switch (message.kind) {
    case "fragment": {
      apply(message.id, message.html);
      document.getElementById(message.id)?.setAttribute("data-version", message.v);
      return;
    }
    case "at": {
      if (message.position !== undefined) root.dataset["position"] = String(message.position);
      if (message.clock) for (const element of document.querySelectorAll("[data-clock]")) if (element.textContent !== message.clock) element.textContent = message.clock;
      return;
    }
    case "gone":
      return gone(message.id);
    case "link":
      return link(message.up, message.clock);
    case "end":
      banner(word("ended"), false);
      // The page of My post kept for offline was this person's; what they saved but not sent stays.
      void globalThis.caches?.delete(FIELD_CACHE);
      // The server knows where sign-in is; this page is no longer ours to show.
      location.reload();
  }
}

function watched(): [string, string][] {
  return [...document.querySelectorAll<HTMLElement>("[data-fragment][id]")].map((element) => [element.id, element.dataset["version"] ?? ""]);
}

function connect(url: string): void {
  const audience = root.dataset["audience"] ?? "";
  const script = document.body.dataset["worker"];
  if (typeof SharedWorker === "function" && script) {
    try {
      // The name keeps audiences apart: another session, other grants or another language is another worker and another stream.
      const worker = new SharedWorker(script, { name: `live ${audience}`, type: "module" });
      const say = (message: ToWorker) => worker.port.postMessage(message);
      worker.port.onmessage = ({ data }: MessageEvent<Message>) => take(data);
      worker.onerror = () => direct(url);
      const watch = () => say({ watch: watched(), url });
      watch();
      setInterval(() => say({ here: true }), HERE_MS);
      addEventListener("pagehide", () => say({ bye: true }));
      addEventListener("pageshow", (event) => event.persisted && watch());
      addEventListener("online", () => say({ nudge: true }));
      addEventListener("oneboard:watch", watch);
      return;
    } catch {
      // A policy or an old browser; the direct way is as good, only not shared.
    }
  }
  direct(url);
}

function direct(url: string): void {
  const stream = new Stream(url, take);
  const watch = () => stream.want(new Map(watched()));
  watch();
  addEventListener("pagehide", () => stream.want(new Map()));
  addEventListener("pageshow", (event) => event.persisted && watch());
  addEventListener("online", () => stream.nudge());
  addEventListener("oneboard:watch", watch);
}

/** Where one is stands within a line that is wider than the screen. */
function showPlace(): void {
  for (const place of document.querySelectorAll<HTMLElement>(":is(.nav, .tabs) > [aria-current]")) {
    const line = place.parentElement;
    if (line) line.scrollLeft = place.offsetLeft - line.offsetLeft - (line.clientWidth - place.offsetWidth) / 2;
  }
}

showPlace();
watchHands();
watchForms();
watchKeys();
watchAlarms();
const stream = document.body.dataset["stream"];
if (stream) connect(stream);
