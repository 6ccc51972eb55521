// What `oneboard demo` prints and answers, as far as the harness depends on it; for harness.test.mjs only.
import { createServer } from "node:http";

const PEOPLE = ["duty-officer", "county-leader", "officer", "inspector", "writer", "station-leader", "bureau-leader"];
const words = process.argv.slice(2);

if (words[0] === "fail") {
  console.error("the data folder is locked");
  process.exit(3);
}
const server = createServer((request, answer) => {
  if (request.url === "/favicon.ico") return answer.writeHead(204).end();
  answer.writeHead(200, { "content-type": "text/html" });
  answer.end(`<!doctype html><title>Stand-in</title><h1>${request.url.split("/").pop()}</h1><pre>${JSON.stringify(words)}</pre>`);
});
server.listen(0, "127.0.0.1", () => {
  const base = `http://127.0.0.1:${server.address().port}`;
  console.log(`ready ${base}`);
  for (const name of PEOPLE) console.log(`link ${name} ${base}/enter/${name}`);
});
process.on("SIGTERM", () => process.exit(0));
