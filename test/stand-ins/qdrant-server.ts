// Runs the stand-in of a Qdrant server as a process of its own: node qdrant-server.ts OPTIONS, where OPTIONS are those of
// `openQdrantStandIn` as JSON. Says when it is ready, and on standard error what was against the interface description.
import { openQdrantStandIn } from "./qdrant.ts";

const standIn = await openQdrantStandIn(JSON.parse(process.argv[2] ?? "{}"));
process.stdout.write(`ready ${standIn.port}\n`);
setInterval(() => {
  for (const violation of standIn.takeViolations()) process.stderr.write(`${violation}\n`);
}, 50);
