// Builds the interface into OUT (default dist/): hashed file names, gzip beside each, and files.tsv for crates/interface/build.rs:
// NAME, address, file, content type, etag.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const out = process.env.OUT ?? "dist";
// The oldest browsers that are served: what bureau desktops and work phones have had since 2022.
const target = ["chrome100", "firefox100", "safari15.4"];
const types = { css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8" };

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const rows = [];

async function make(name, entry, { define = {}, address } = {}) {
  const kind = entry.endsWith(".css") ? "css" : "js";
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, minify: true, write: false, format: kind === "js" ? "esm" : undefined, target, define, charset: "utf8", legalComments: "none" });
  const bytes = outputFiles[0].contents;
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const base = entry.replace(/^.*\/|\.\w+$/g, "");
  const file = `${base}-${hash}.${kind}`;
  writeFileSync(`${out}/${file}`, bytes);
  writeFileSync(`${out}/${file}.gz`, gzipSync(bytes, { level: 9 }));
  const url = address ?? `/assets/${file}`;
  rows.push([name, url, file, types[kind], `"${hash}"`]);
  return url;
}

const css = await make("APP_CSS", "styles/app.css");
const live = await make("LIVE_JS", "src/live.ts");
const worker = await make("WORKER_JS", "src/worker.ts");
const field = await make("FIELD_JS", "src/field.ts");
await make("PASSKEY_JS", "src/passkey.ts");
await make("PUSH_JS", "src/push.ts");
await make("SW_JS", "src/sw.ts", { define: { ASSETS: JSON.stringify([css, live, worker, field]) }, address: "/sw.js" });
writeFileSync(`${out}/files.tsv`, rows.map((row) => row.join("\t")).join("\n") + "\n");
for (const [name, url, file] of rows) console.log(name.padEnd(10), url.padEnd(36), readFileSync(`${out}/${file}`).length, "bytes,", readFileSync(`${out}/${file}.gz`).length, "gz");
