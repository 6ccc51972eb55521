// One EventSource that stays open: it notices silence, comes back by itself, and takes the current view when it does.

export type Message =
  | { kind: "fragment"; id: string; v: string; html: string }
  | { kind: "at"; clock?: string; position?: number }
  | { kind: "gone"; id: string }
  | { kind: "end" }
  | { kind: "link"; up: boolean; clock: string };

// The server speaks at least once a second (`pulse=1`). Two seconds of silence is "the server is gone"; after six the connection is given up.
const SILENT_MS = 2000;
const GIVEN_UP_MS = 6000;
const BACKOFF_MS = [250, 500, 1000, 2000, 4000];
// A tab that closed gives its fragments back after this long, so that a page change does not reopen the stream twice.
const SHRINK_MS = 5000;

export class Stream {
  private source: EventSource | undefined;
  private wanted = new Map<string, string>();
  private opened = "";
  private heard = Date.now();
  private up: boolean | undefined;
  private clock = "";
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  constructor(
    private readonly url: string,
    private readonly tell: (message: Message) => void,
  ) {
    setInterval(() => this.listen(), 250);
  }

  /** What to watch: fragment id → version the page already has ("" for none). */
  want(wanted: Map<string, string>): void {
    const grew = [...wanted.keys()].some((id) => !this.wanted.has(id));
    this.wanted = wanted;
    if (this.ended) return;
    if (!this.source || grew) this.later(grew ? 20 : 0);
    else if ([...wanted.keys()].sort().join() !== this.opened) this.later(SHRINK_MS);
  }

  /** Say the present state of the connection again (to a tab that has just arrived). */
  report(): Message {
    return { kind: "link", up: this.up ?? true, clock: this.clock };
  }

  /** Something outside (the browser's own `online`) suggests trying now. */
  nudge(): void {
    if (!this.up && !this.ended) this.later(0);
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), ms);
  }

  private open(): void {
    const old = this.source;
    if (this.wanted.size === 0) {
      old?.close();
      this.source = undefined;
      this.opened = "";
      return;
    }
    this.opened = [...this.wanted.keys()].sort().join();
    const set = [...this.wanted].map(([id, v]) => encodeURIComponent(v ? `${id}~${v}` : id)).join(",");
    const source = new EventSource(`${this.url}${this.url.includes("?") ? "&" : "?"}f=${set}&pulse=1`);
    this.source = source;
    this.heard = Date.now();
    source.onopen = () => {
      // The old one is closed only now, so that nothing is missed between the two.
      old?.close();
      this.alive(source);
    };
    source.onerror = () => {
      old?.close();
      this.lost(source);
    };
    const on = (name: string, take: (data: string) => void) =>
      source.addEventListener(name, (event) => {
        if (source !== this.source) return;
        this.alive(source);
        take((event as MessageEvent<string>).data);
      });
    on("fragment", (data) => {
      const { id, v, html } = JSON.parse(data) as { id: string; v: string; html: string };
      if (this.wanted.has(id)) this.wanted.set(id, v);
      this.tell({ kind: "fragment", id, v, html });
    });
    on("at", (data) => {
      const at = JSON.parse(data) as { clock?: string; position?: number };
      this.clock = at.clock ?? this.clock;
      this.tell({ kind: "at", ...at });
    });
    on("gone", (data) => {
      const { id } = JSON.parse(data) as { id: string };
      if (this.wanted.has(id)) this.wanted.set(id, "");
      this.tell({ kind: "gone", id });
    });
    on("end", () => this.end());
  }

  private end(): void {
    this.ended = true;
    this.source?.close();
    this.tell({ kind: "end" });
  }

  private alive(source: EventSource): void {
    if (source !== this.source) return;
    this.heard = Date.now();
    this.failures = 0;
    if (this.up !== true) {
      this.up = true;
      this.tell(this.report());
    }
  }

  private down(): void {
    if (this.up === false) return;
    this.up = false;
    this.tell(this.report());
  }

  private lost(source: EventSource): void {
    if (source !== this.source || this.ended) return;
    // CLOSED means that something answered and said no; only then is it worth asking whether the session is over.
    const refused = source.readyState === EventSource.CLOSED;
    source.close();
    this.source = undefined;
    this.down();
    const wait = BACKOFF_MS[Math.min(this.failures, BACKOFF_MS.length - 1)] ?? 4000;
    this.failures += 1;
    this.later(wait * (0.75 + Math.random() / 2));
    if (refused) void this.ask();
  }

  private async ask(): Promise<void> {
    const enough = new AbortController();
    try {
      const answer = await fetch(`${this.url}${this.url.includes("?") ? "&" : "?"}f=`, { headers: { Accept: "application/json" }, redirect: "manual", cache: "no-store", signal: enough.signal });
      // Only the status is wanted; a stream of nothing must not stay open.
      enough.abort();
      if (answer.status === 401 || answer.status === 403) {
        clearTimeout(this.timer);
        this.end();
      }
    } catch {
      // No answer: the server is gone, and `lost` has already said so.
    }
  }

  private listen(): void {
    if (!this.source || this.ended) return;
    const silent = Date.now() - this.heard;
    if (silent > SILENT_MS) this.down();
    if (silent > GIVEN_UP_MS) this.lost(this.source);
  }
}
