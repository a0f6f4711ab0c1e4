import { appendFileSync } from "node:fs";
import { createServer, request } from "node:http";

// Passes every request on to a port of this machine and writes what was asked to a file. Usage: recording-proxy.ts PORT FILE
const [port = "", file = ""] = process.argv.slice(2);

const server = createServer((asked, answered) => {
  const parts: Buffer[] = [];
  asked.on("data", (part) => parts.push(part));
  asked.on("end", () => {
    const body = Buffer.concat(parts);
    const { method, url, headers } = asked;
    appendFileSync(file, `${method} ${url} ${JSON.stringify(headers)} ${body}\n`);
    const on = request({ host: "127.0.0.1", port: Number(port), method, path: url, headers }, (answer) => {
      answered.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(answered);
    });
    on.on("error", () => answered.destroy());
    on.end(body);
  });
});
server.listen(0, "127.0.0.1", () => {
  const place = server.address();
  process.stdout.write(`${typeof place === "object" && place !== null ? place.port : 0}\n`);
});
