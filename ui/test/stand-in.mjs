// A server that speaks the contract of ui/README.md and does what a test tells it: pages, the stream, form answers, and being gone.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; worker-src 'self'; img-src 'self' data:";

/** Builds the interface once for all tests: address → file, and NAME → address. */
export function build() {
  const dist = mkdtempSync(join(tmpdir(), "oneboard-ui-"));
  execFileSync("node", ["build.mjs"], { cwd: ROOT, env: { ...process.env, OUT: dist } });
  const rows = readFileSync(join(dist, "files.tsv"), "utf8").trim().split("\n").map((line) => line.split("\t"));
  return {
    addresses: Object.fromEntries(rows.map(([name, address]) => [name, address])),
    files: new Map(rows.map(([, address, file, type]) => [address, { type, bytes: readFileSync(join(dist, file)) }])),
  };
}

const event = (name, data) => `event: ${name}\nid: 1\ndata: ${JSON.stringify(data)}\n\n`;

export class StandIn {
  streams = new Set();
  sockets = new Set();
  posts = [];
  /** Answers `{status, detail, …}` to every form until it is undefined again. */
  refusal;
  count = 0;
  rows = [1, 2, 3];
  port = 0;

  constructor(built) {
    this.built = built;
  }

  box() {
    return `<div id="box" data-fragment><p id="count">${this.count}</p><details id="more"><summary>More</summary>text</details>
      <form method="post" action="/log" data-live data-clear><input type="hidden" name="command_id">
        <div class="row"><label for="who">Who</label><input id="who" name="who" value="from the server ${this.count}" data-key="n"></div>
        <label for="words">Words</label><textarea id="words" name="words"></textarea><button class="act">Log</button></form></div>`;
  }

  list() {
    return `<ol id="list" class="log" data-fragment data-tail data-announce tabindex="0">${this.rows.map((row) => `<li id="row${row}">row ${row}</li>`).join("")}</ol>`;
  }

  page(body, script = "") {
    const { APP_CSS, LIVE_JS } = this.built.addresses;
    return `<!doctype html><html lang="en" data-audience="one"><head><meta charset="utf-8"><meta name="csrf" content="token"><title>test</title><link rel="icon" href="data:,">
      <link rel="stylesheet" href="${APP_CSS}"><script type="module" src="${LIVE_JS}"></script>${script}</head>${body}</html>`;
  }

  board() {
    return this.page(`<body data-stream="/live" data-worker="${this.built.addresses.WORKER_JS}"><header class="top"><time data-clock>--</time> <span data-link></span></header>
      <main class="main" id="main">${this.box()}${this.list()}<input type="search" id="find" aria-label="Find"></main><dialog class="dialog" id="help">keys</dialog></body>`);
  }

  mine() {
    return this.page(
      `<body class="field"><main class="main mine" id="main" data-field><p id="outbox" data-outbox></p><div class="mine-acts"><form method="post" action="/mine/checkin" data-offline data-says="Check in">
        <input type="hidden" name="csrf"><input type="hidden" name="post" value="k12"><button class="thumb main">Check in</button></form>
        <form method="post" action="/tasks/7/result" enctype="multipart/form-data" data-offline data-says="Result">
        <input name="words"><input type="file" name="file"><button class="thumb">Report</button></form></div></main></body>`,
      `<script type="module" src="${this.built.addresses.FIELD_JS}"></script>`,
    );
  }

  start() {
    return new Promise((done) => {
      this.server = createServer((request, response) => this.answer(request, response));
      this.server.on("connection", (socket) => {
        this.sockets.add(socket);
        socket.on("close", () => this.sockets.delete(socket));
      });
      this.server.listen(this.port, "127.0.0.1", () => {
        this.port = this.server.address().port;
        done();
      });
    });
  }

  /** The plug is pulled: nothing listens, and every connection is cut. */
  stop() {
    return new Promise((done) => {
      this.server.close(done);
      this.sockets.forEach((socket) => socket.destroy());
      this.streams.clear();
    });
  }

  /** Connections stay open and nothing comes. */
  mute(muted) {
    this.muted = muted;
  }

  push(id, html) {
    this.say(event("fragment", { id, v: String(Math.random()), html }));
  }

  say(bytes) {
    if (!this.muted) this.streams.forEach((stream) => stream.write(bytes));
  }

  answer(request, response) {
    const url = new URL(request.url, "http://stand-in");
    const file = this.built.files.get(url.pathname);
    const send = (type, bytes, status = 200) => response.writeHead(status, { "content-type": type, "content-security-policy": POLICY }).end(bytes);
    if (file) return send(file.type, file.bytes);
    if (url.pathname === "/live") return this.stream(url, request, response);
    if (request.method === "POST") {
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", async () => {
        const { "idempotency-key": key, "oneboard-sequence": sequence, "content-type": type } = request.headers;
        const form = await new Response(Buffer.concat(chunks), { headers: { "content-type": type } }).formData();
        this.posts.push({ key, sequence, fields: Object.fromEntries(form) });
        const answer = this.refusal ?? { position: 5, at: "2026-02-01T20:04:00+08:00" };
        send(this.refusal ? "application/problem+json" : "application/json", JSON.stringify(answer), this.refusal?.status ?? 200);
      });
      return;
    }
    send("text/html; charset=utf-8", url.pathname === "/mine" ? this.mine() : this.board());
  }

  stream(url, request, response) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const asked = (url.searchParams.get("f") ?? "").split(",").map((part) => part.split("~")[0]);
    response.write(event("at", { clock: "20:04" }));
    if (asked.includes("box")) response.write(event("fragment", { id: "box", v: "now", html: this.box() }));
    if (asked.includes("list")) response.write(event("fragment", { id: "list", v: "now", html: this.list() }));
    const pulse = setInterval(() => this.muted || response.write(event("at", { clock: "20:05" })), 900);
    this.streams.add(response);
    request.on("close", () => {
      clearInterval(pulse);
      this.streams.delete(response);
    });
  }
}
