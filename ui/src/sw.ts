// The service worker: keeps the page of My post and its files, and nothing else, so that it opens without signal; and shows that something waits.
import { FIELD_CACHE, FIELD_PATH, WAITING_PATH } from "./names.js";

// Set by the build: the hashed addresses of the files the page needs.
declare const ASSETS: string[];

// A bad network is worse than none: after this the kept page is shown, and its outbox sends when it can.
const PATIENCE_MS = 4000;

interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Pushed extends Extendable {
  data: { json(): { title?: string; body?: string } } | null;
}
interface Clicked extends Extendable {
  notification: { close(): void };
}
const worker = self as unknown as {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void>; openWindow(url: string): Promise<unknown> };
  registration: { showNotification(title: string, options: { body?: string; tag: string; icon: string }): Promise<void> };
  location: Location;
  addEventListener(name: "install" | "activate", act: (event: Extendable) => void): void;
  addEventListener(name: "fetch", act: (event: Fetching) => void): void;
  addEventListener(name: "push", act: (event: Pushed) => void): void;
  addEventListener(name: "notificationclick", act: (event: Clicked) => void): void;
};

worker.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FIELD_CACHE).then((cache) => cache.addAll(ASSETS)).then(() => worker.skipWaiting()));
});

// The kept page names the files of its own build, so the old files go only when the page of this build is there.
worker.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      await worker.clients.claim();
      const cache = await caches.open(FIELD_CACHE);
      const answer = await fetch(FIELD_PATH, { cache: "no-store" }).catch(() => undefined);
      if (!answer?.ok || answer.redirected) return;
      await cache.put(FIELD_PATH, answer);
      for (const request of await cache.keys()) {
        const path = new URL(request.url).pathname;
        if (path !== FIELD_PATH && !ASSETS.includes(path)) await cache.delete(request);
      }
    })(),
  );
});

async function page(request: Request): Promise<Response> {
  const cache = await caches.open(FIELD_CACHE);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    // A redirect to sign-in is not My post.
    if (answer.ok && !answer.redirected) await cache.put(FIELD_PATH, answer.clone());
    return answer;
  } catch (fault) {
    const kept = await cache.match(FIELD_PATH);
    if (kept) return kept;
    throw fault;
  }
}

async function file(request: Request): Promise<Response> {
  const kept = await (await caches.open(FIELD_CACHE)).match(request);
  return kept ?? fetch(request);
}

worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (url.pathname === FIELD_PATH && event.request.mode === "navigate") event.respondWith(page(event.request));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(file(event.request));
});

// It says that something waits, and no more: one such line is enough, however many came.
worker.addEventListener("push", (event) => {
  const said = event.data?.json() ?? {};
  event.waitUntil(worker.registration.showNotification(said.title ?? "", { body: said.body, tag: "waiting", icon: "/icon.svg" }));
});
worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(worker.clients.openWindow(WAITING_PATH));
});
