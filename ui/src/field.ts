// My post: saved on the phone first, sent in order, one writer per device, nothing dropped before its receipt.
import { FILE_PATIENCE_MS, post, uuid7 } from "./forms.js";
import { FIELD_PATH } from "./names.js";
import { all, dismiss, meta, receipt, refuse, save, type Saved } from "./outbox.js";
import { chosen, shrunk } from "./photograph.js";
import { here, word } from "./words.js";

const BACKOFF_MS = [1000, 2000, 5000, 15_000, 30_000];

let failures = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let signedOut = false;

const token = (page: ParentNode): string => page.querySelector<HTMLMetaElement>("meta[name=csrf]")?.content ?? "";

/** The kept page may be hours old; its form token is asked for again before anything is given up. */
async function freshToken(): Promise<void> {
  const response = await fetch(FIELD_PATH, { cache: "no-store" });
  if (!response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const known = document.querySelector<HTMLMetaElement>("meta[name=csrf]");
  if (known) known.content = token(page);
}

async function attempt(entry: Saved, device: string) {
  const body = entry.file ? new FormData() : new URLSearchParams();
  for (const [name, value] of entry.fields) body.append(name, value);
  body.set("csrf", token(document));
  body.set("command_id", entry.command);
  if (body instanceof FormData && entry.file) body.set("file", entry.file, entry.file.name);
  const headers = {
    "Oneboard-Device": device,
    "Oneboard-Sequence": String(entry.sequence),
    "Oneboard-Said-At": entry.saidAt,
  };
  return post(entry.url, body, entry.command, headers, entry.file ? FILE_PATIENCE_MS : undefined);
}

async function drain(): Promise<void> {
  const { device } = await meta();
  for (const entry of await all()) {
    if (entry.refusal) continue;
    let answer = await attempt(entry, device);
    if (answer.status === "refused" && (answer.code === 401 || answer.code === 403)) {
      await freshToken().catch(() => undefined);
      answer = await attempt(entry, device);
    }
    switch (answer.status) {
      case "received":
        failures = 0;
        signedOut = false;
        await receipt(entry, (answer.receipt.at ?? here()).replace(/^.*T(\d\d:\d\d).*$/, "$1"));
        await show();
        continue;
      case "refused":
        if (answer.code === 401 || answer.code === 403) {
          signedOut = true;
          return;
        }
        await refuse(entry, answer.problem.detail ?? answer.problem.title ?? String(answer.code));
        await show();
        continue;
      case "lost":
        clearTimeout(timer);
        timer = setTimeout(() => void flush(), BACKOFF_MS[Math.min(failures++, BACKOFF_MS.length - 1)]);
        return;
    }
  }
}

/** Several tabs may be open on one phone: only the holder of the lock sends. */
async function flush(): Promise<void> {
  clearTimeout(timer);
  if (navigator.locks) await navigator.locks.request("oneboard-outbox", drain);
  else await drain();
  await show();
}

async function show(): Promise<void> {
  const place = document.querySelector<HTMLElement>("[data-outbox]");
  if (!place) return;
  const entries = await all();
  const { last } = await meta();
  const unsent = entries.filter((entry) => !entry.refusal);
  const lines: Node[] = [];
  const line = (text: string, kind = ""): HTMLElement => {
    const element = document.createElement("span");
    element.className = `outbox-line ${kind}`;
    element.textContent = text;
    lines.push(element);
    return element;
  };
  if (last && !unsent.length) line(`${last.says}: ${word("received", { at: last.at })}`, "received");
  for (const entry of unsent) {
    const photograph = entry.file ? ` · ${word("photograph")}` : "";
    line(`${entry.says}: ${word("saved")} ${new Date(entry.saidAt).toTimeString().slice(0, 5)}${photograph}`);
  }
  if (unsent.length) line(word("unsent", { n: unsent.length }), "unsent");
  if (signedOut && unsent.length) line(word("signin"), "unsent");
  for (const entry of entries) {
    if (!entry.refusal) continue;
    const element = line(`${entry.says}: ${word("conflict", { why: entry.refusal })} `, "conflict");
    const seen = document.createElement("button");
    seen.type = "button";
    seen.className = "act";
    seen.textContent = word("dismiss");
    seen.onclick = () => void dismiss(entry.sequence).then(show);
    element.append(seen);
  }
  place.dataset["state"] = unsent.length ? "attention" : "normal";
  place.replaceChildren(...lines);
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-offline")) return;
  event.preventDefault();
  const data = new FormData(form);
  if (event.submitter instanceof HTMLButtonElement && event.submitter.name) data.append(event.submitter.name, event.submitter.value);
  const fields = [...data].filter(([name, value]) => typeof value === "string" && name !== "csrf" && name !== "command_id") as [string, string][];
  const file = chosen(data);
  const says = form.dataset["says"] ?? event.submitter?.textContent?.trim() ?? "";
  const buttons = form.querySelectorAll("button");
  // One press is one command: the button comes back when the command is on disk.
  buttons.forEach((button) => (button.disabled = true));
  const entry = { command: uuid7(), url: form.getAttribute("action") ?? FIELD_PATH, fields, says, saidAt: new Date().toISOString() };
  // Command and photograph are one entry: both are on disk before the screen says so, and go in one request.
  Promise.resolve(file && shrunk(file))
    .then((file) => save(file ? { ...entry, file } : entry))
    .then(() => {
      form.reset();
      void flush();
      return show();
    })
    .catch((fault: unknown) => {
      // No disk: say so, and let the form go the ordinary way.
      const place = document.querySelector<HTMLElement>("[data-outbox]");
      if (place) place.textContent = String(fault);
      form.submit();
    })
    .finally(() => buttons.forEach((button) => (button.disabled = false)));
});

addEventListener("online", () => void flush());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void flush());
void navigator.storage?.persist?.().catch(() => false);
void navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
void show().then(flush);
