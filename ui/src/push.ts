// Lets this browser show that something waits: asks the person, then the browser, and sends what it answers like any other form.
//
//     <form method="post" action="/mine/push" data-live data-push="KEY"> endpoint, p256dh, auth, hidden
//       <p class="fault" data-fault data-refused="…" hidden></p> <p data-none>…</p> <button type="button" data-ask hidden>…</button>
import { SERVICE_WORKER } from "./names.js";

const text = (buffer: ArrayBuffer | null): string =>
  btoa([...new Uint8Array(buffer ?? new ArrayBuffer(0))].map((byte) => String.fromCharCode(byte)).join(""))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

async function subscription(key: string): Promise<PushSubscription> {
  await navigator.serviceWorker.register(SERVICE_WORKER);
  const { pushManager } = await navigator.serviceWorker.ready;
  // One that was made for an earlier key of the site takes nothing of this one.
  await (await pushManager.getSubscription())?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

async function turnOn(form: HTMLFormElement): Promise<void> {
  const fault = form.querySelector<HTMLElement>("[data-fault]");
  try {
    if ((await Notification.requestPermission()) !== "granted") throw new Error("not allowed");
    const found = await subscription(form.dataset["push"] ?? "");
    const fields: Record<string, string> = { endpoint: found.endpoint, p256dh: text(found.getKey("p256dh")), auth: text(found.getKey("auth")) };
    for (const [name, value] of Object.entries(fields)) {
      const input = form.elements.namedItem(name);
      if (input instanceof HTMLInputElement) input.value = value;
    }
    form.requestSubmit();
  } catch {
    if (!fault) return;
    fault.textContent = fault.dataset["refused"] ?? "";
    fault.hidden = false;
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-push]")) {
  const button = form.querySelector<HTMLButtonElement>("[data-ask]");
  if (!button || !("serviceWorker" in navigator) || !("PushManager" in globalThis)) continue;
  form.querySelector("[data-none]")?.remove();
  button.hidden = false;
  button.onclick = () => void turnOn(form);
}
