import { join } from "node:path";
import { describe, onTestFinished } from "vitest";
import { openEmbedder } from "../../src/engine/learning/embed.ts";
import { openQdrant } from "../../src/engine/stores/qdrant-client.ts";
import { lessonCollections } from "../../src/engine/stores/qdrant-collections.ts";
import { modelOf } from "../../src/engine/stores/qdrant-ready.ts";
import { nearestInQdrant, openQdrantVectors } from "../../src/engine/stores/qdrant-vectors.ts";
import { openEmbeddedStore } from "../../src/engine/stores/sqlite-store.ts";
import { temporary } from "../cli/running.ts";
import { openQdrantStandIn } from "../stand-ins/qdrant.ts";
import { direction, vectorContract } from "./store.ts";

const { signal } = new AbortController();
const emit = () => undefined;

async function makePlace() {
  const standIn = await openQdrantStandIn({ directory: temporary() });
  onTestFinished(() => standIn.close());
  return { standIn, directory: temporary() };
}

describe("vectors in the Qdrant stand-in, rows in the embedded store", () => {
  vectorContract<Awaited<ReturnType<typeof makePlace>>>(async (label, dimensions, { rebuild = false } = {}, known) => {
    const place = known ?? (await makePlace());
    const store = openEmbeddedStore(join(place.directory, "aistack.db"));
    onTestFinished(() => store.close());
    const qdrant = await openQdrant({
      url: place.standIn.url,
      apiKey: null,
      timeoutMs: 5000,
      ask: (call) => call(),
    });
    const embedder = {
      ...openEmbedder(null),
      label,
      dimensions,
      embed: async (texts: readonly string[]) => texts.map((text) => direction(text, dimensions)),
    };
    const refusals = { add: async () => undefined };
    const sink = openQdrantVectors({ qdrant, prefix: "", embedder, store, rebuild, refusals, emit });
    await sink.load({ signal });
    const states = () => Promise.all(lessonCollections.map((name) => qdrant.collection(name, { signal })));
    return {
      place,
      sink,
      rows: await store.openRows({ rejectedKept: 10, propose: () => new Map(), emit, signal }),
      nearest: (vector, limit) => nearestInQdrant(qdrant, "", vector, limit, { signal }),
      async model() {
        const [state] = await states();
        return state ? modelOf(state) : null;
      },
      count: async () => (await states()).reduce((sum, state) => sum + (state?.points ?? 0), 0),
    };
  });
});
