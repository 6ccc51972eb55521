// The shared worker: one stream for all tabs of a browser that have the same audience.
import { Stream, type Message } from "./stream.js";

export type ToWorker = { watch: [string, string][]; url: string } | { bye: true } | { here: true } | { nudge: true };

interface Tab {
  port: MessagePort;
  wanted: Map<string, string>;
  heard: number;
}

// A tab that crashed says no goodbye. Browsers throttle timers of hidden tabs to one a minute.
const FORGOTTEN_MS = 150_000;

const tabs = new Set<Tab>();
// The newest state of each fragment, for a tab that arrives while the stream is already open.
const latest = new Map<string, Message & { kind: "fragment" }>();
let stream: Stream | undefined;

function tell(message: Message): void {
  if (message.kind === "fragment") latest.set(message.id, message);
  if (message.kind === "gone") latest.delete(message.id);
  for (const tab of tabs) {
    if ((message.kind === "fragment" || message.kind === "gone") && !tab.wanted.has(message.id)) continue;
    if (message.kind === "fragment") tab.wanted.set(message.id, message.v);
    tab.port.postMessage(message);
  }
}

/** What all tabs together watch. A fragment that nobody watches is no longer kept true, so its last state is forgotten. */
function union(): Map<string, string> {
  const all = new Map<string, string>();
  for (const tab of tabs)
    for (const [id, v] of tab.wanted) {
      // Two tabs with different versions: ask for the whole, so that neither stays behind.
      const other = all.get(id);
      all.set(id, other === undefined || other === v ? v : "");
    }
  for (const id of latest.keys()) if (!all.has(id)) latest.delete(id);
  return all;
}

(self as unknown as { onconnect: (event: MessageEvent) => void }).onconnect = (event) => {
  const port = event.ports[0];
  if (!port) return;
  const tab: Tab = { port, wanted: new Map(), heard: Date.now() };
  port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    tab.heard = Date.now();
    if ("nudge" in data) stream?.nudge();
    if ("bye" in data) {
      tabs.delete(tab);
      stream?.want(union());
    }
    if ("watch" in data) {
      tabs.add(tab);
      tab.wanted = new Map(data.watch);
      stream ??= new Stream(data.url, tell);
      stream.want(union());
      port.postMessage(stream.report());
      for (const [id, v] of tab.wanted) {
        const known = latest.get(id);
        if (known && known.v !== v) port.postMessage(known);
      }
    }
  };
};

setInterval(() => {
  const now = Date.now();
  for (const tab of tabs) if (now - tab.heard > FORGOTTEN_MS) tabs.delete(tab);
  stream?.want(union());
}, 30_000);
