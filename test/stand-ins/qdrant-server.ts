// Runs the stand-in of a Qdrant server as a process of its own: node qdrant-server.ts DIRECTORY PORT. Says when it is
// ready, and on standard error what was against the interface description.
import { openQdrantStandIn } from "./qdrant.ts";

const [, , directory = "", port = "0"] = process.argv;
const standIn = await openQdrantStandIn({ directory, port: Number(port) });
process.stdout.write(`ready ${standIn.port}\n`);
setInterval(() => {
  for (const violation of standIn.takeViolations()) process.stderr.write(`violation: ${violation}\n`);
}, 50);
