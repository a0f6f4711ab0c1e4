import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

// Stands in for the two interfaces that agents call: OpenAI's Responses and Anthropic's Messages, both streamed.

/** A server that answers every question with the same words. */
export interface ModelServer extends AsyncDisposable {
  readonly url: string;
  /** The paths that were asked for. */
  readonly asked: readonly string[];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

function stream(response: ServerResponse, events: readonly Readonly<Record<string, unknown>>[]): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of events) response.write(`event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`);
  response.end();
}

function responsesEvents(words: string): readonly Readonly<Record<string, unknown>>[] {
  const part = { type: "output_text", text: words, annotations: [] };
  const item = { type: "message", role: "assistant", id: "msg_1", status: "completed", content: [part] };
  const usage = { input_tokens: 9, output_tokens: 12, total_tokens: 21 };
  const response = { id: "resp_1", object: "response", status: "completed", output: [item], usage };
  return [
    { type: "response.created", response: { id: "resp_1", object: "response", status: "in_progress", output: [] } },
    { type: "response.output_item.added", output_index: 0, item: { ...item, status: "in_progress", content: [] } },
    { type: "response.output_text.delta", item_id: "msg_1", output_index: 0, content_index: 0, delta: words },
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response },
  ];
}

function messagesEvents(words: string, model: string): readonly Readonly<Record<string, unknown>>[] {
  const usage = { input_tokens: 9, output_tokens: 1 };
  const message = { id: "msg_1", type: "message", role: "assistant", model, content: [], stop_reason: null, usage };
  return [
    { type: "message_start", message: { ...message, stop_sequence: null } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: words } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 12 } },
    { type: "message_stop" },
  ];
}

/** Opens the server on a free port of this machine. */
export async function openModelServer(words: string): Promise<ModelServer> {
  const asked: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? "";
    asked.push(path);
    const body = await bodyOf(request);
    if (path.includes("/responses")) return stream(response, responsesEvents(words));
    if (path.includes("/messages") && !path.includes("count_tokens")) {
      const { model = "claude", stream: isStreamed } = JSON.parse(body);
      if (isStreamed) return stream(response, messagesEvents(words, model));
    }
    response.writeHead(404, { "content-type": "application/json" });
    response.end("{}");
  };
  const server: Server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = isAddress(address) ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function isAddress(value: unknown): value is AddressInfo {
  return typeof value === "object" && value !== null && "port" in value;
}
