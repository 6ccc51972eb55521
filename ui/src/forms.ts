// Sends `form[data-live]` by fetch: one command id per intent, refusals in words beside the field, progress after a second.
import { chosen, shrunk } from "./photograph.js";
import { release } from "./touched.js";
import { word } from "./words.js";

const PROGRESS_MS = 1000;
// An answer may be lost on the way; the same command id makes another try harmless.
const RETRY_MS = [1000, 3000];
const PATIENCE_MS = 15_000;
/** A photograph on a bad line: as long as the server gives a request. */
export const FILE_PATIENCE_MS = 30_000;
/** The act asks for a fresh proof of who one is. */
const STEP_UP = "urn:oneboard:problem:step-up-needed";

/** RFC 9562 version 7: 48 bits of time, then random. */
export function uuid7(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = Date.now();
  for (let i = 5; i >= 0; i--) {
    bytes[i] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export interface Problem {
  type?: string;
  title?: string;
  detail?: string;
  errors?: { field: string; detail: string }[];
}
export interface Receipt {
  position?: number;
  at?: string;
  next?: string;
}
export type Answer = { status: "received"; receipt: Receipt } | { status: "refused"; code: number; problem: Problem } | { status: "lost" };

export async function post(url: string, body: BodyInit, id: string, headers: Record<string, string> = {}, patience = PATIENCE_MS): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "Idempotency-Key": id, ...headers },
      signal: AbortSignal.timeout(patience),
    });
    const json = (await response.json().catch(() => ({}))) as Receipt & Problem;
    if (response.ok) return { status: "received", receipt: json };
    // Overload and gateway errors are not an answer about the command.
    if (response.status >= 500 || response.status === 429) return { status: "lost" };
    return { status: "refused", code: response.status, problem: json };
  } catch {
    return { status: "lost" };
  }
}

function showFault(form: HTMLFormElement, text: string, fields: Problem["errors"] = []): void {
  for (const row of form.querySelectorAll<HTMLElement>(".row[data-state]")) {
    row.removeAttribute("data-state");
    row.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
    row.querySelector(".fault")?.replaceChildren();
  }
  let first: HTMLElement | undefined;
  for (const { field, detail } of fields) {
    const input = form.elements.namedItem(field);
    const element = input instanceof RadioNodeList ? (input[0] as HTMLElement | undefined) : (input as HTMLElement | null);
    const row = element?.closest<HTMLElement>(".row");
    if (!element || !row) continue;
    row.dataset["state"] = "wrong";
    element.setAttribute("aria-invalid", "true");
    let fault = row.querySelector<HTMLElement>(".fault");
    if (!fault) {
      fault = document.createElement("p");
      fault.className = "fault";
      row.append(fault);
    }
    fault.textContent = detail;
    first ??= element;
  }
  let place = form.querySelector<HTMLElement>("[data-fault]");
  if (!place && text) {
    place = document.createElement("p");
    place.className = "fault";
    place.dataset["fault"] = "";
    place.setAttribute("role", "alert");
    form.append(place);
  }
  if (place) {
    place.textContent = text;
    place.hidden = !text;
  }
  first?.focus();
}

async function bodyOf(form: HTMLFormElement, submitter: HTMLElement | null): Promise<BodyInit> {
  const data = new FormData(form);
  if (submitter instanceof HTMLButtonElement && submitter.name) data.append(submitter.name, submitter.value);
  if (form.enctype === "multipart/form-data") {
    const file = chosen(data);
    if (file) data.set("file", await shrunk(file));
    return data;
  }
  return new URLSearchParams([...data].map(([name, value]) => [name, typeof value === "string" ? value : value.name]));
}

/** Sends the form as it would be without a script; `submit()` leaves out the button that was pressed. */
function sendPlainly(form: HTMLFormElement, submitter: HTMLElement | null): void {
  if (submitter instanceof HTMLButtonElement) {
    const action = submitter.getAttribute("formaction");
    if (action) form.action = action;
    if (submitter.name) {
      const pressed = document.createElement("input");
      pressed.type = "hidden";
      pressed.name = submitter.name;
      pressed.value = submitter.value;
      form.append(pressed);
    }
  }
  form.submit();
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function send(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  if (form.dataset["busy"]) return;
  form.dataset["busy"] = "1";
  const command = form.querySelector<HTMLInputElement>("input[name=command_id]");
  const id = command?.value || uuid7();
  if (command) command.value = id;
  const action = (submitter instanceof HTMLButtonElement && submitter.getAttribute("formaction")) || form.getAttribute("action") || location.href;
  const body = await bodyOf(form, submitter);
  const patience = body instanceof FormData ? FILE_PATIENCE_MS : PATIENCE_MS;
  const progress = form.querySelector<HTMLElement>("[data-progress]");
  const slow = setTimeout(() => {
    form.setAttribute("aria-busy", "true");
    if (progress) {
      progress.textContent = word("sending");
      progress.hidden = false;
    }
  }, PROGRESS_MS);

  let answer = await post(action, body, id, {}, patience);
  for (const wait of RETRY_MS) {
    if (answer.status !== "lost") break;
    await pause(wait);
    answer = await post(action, body, id, {}, patience);
  }

  clearTimeout(slow);
  form.removeAttribute("aria-busy");
  delete form.dataset["busy"];
  if (progress) progress.hidden = true;

  switch (answer.status) {
    case "lost":
      // The id stays: if the first try did arrive, the next one gets its answer and records nothing twice.
      return showFault(form, word("failed"));
    case "refused":
      // The page that asks for the proof keeps what was entered; only a form sent by the browser itself can be shown one.
      if (answer.problem.type === STEP_UP) return sendPlainly(form, submitter);
      if (command) command.value = "";
      return showFault(form, answer.problem.detail ?? answer.problem.title ?? String(answer.code), answer.problem.errors);
    case "received": {
      if (command) command.value = "";
      showFault(form, "");
      release(form);
      if (form.hasAttribute("data-clear")) {
        form.reset();
        // Ready for the next one, unless the hand is somewhere else by now.
        if (form.contains(document.activeElement) || document.activeElement === document.body) form.querySelector<HTMLElement>("[data-key],input:not([type=hidden]),textarea")?.focus({ preventScroll: true });
      }
      form.closest("dialog")?.close();
      form.dispatchEvent(new CustomEvent("received", { bubbles: true, detail: answer.receipt }));
      if (answer.receipt.next) location.assign(answer.receipt.next);
    }
  }
}

export function watchForms(): void {
  addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-live") || event.defaultPrevented) return;
    event.preventDefault();
    void send(form, event.submitter);
  });
}
