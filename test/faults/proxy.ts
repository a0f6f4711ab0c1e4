import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/**
 * What the proxy does with bytes: `pass` hands them on; `stall` holds them back and keeps the connections open;
 * `throttle` hands on so many a second; `corrupt` flips bits of those the target sends; `cut` ends every connection,
 * old and new, in good order; `reset` does so with an RST.
 */
export type Mode =
  | "pass"
  | "stall"
  | "corrupt"
  | "cut"
  | "reset"
  | { readonly throttle: { readonly bytesPerSecond: number } };

/** A TCP proxy in front of one server, whose faults are switched while it runs. */
export interface FaultProxy extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** How many connections are open now. */
  open(): number;
  /** How many connections were ever accepted. */
  accepted(): number;
  set(mode: Mode): void;
  /** Cuts the connections that are open now, once; says how many there were. */
  cut(): number;
  /** Resets the connections that are open now, once; says how many there were. */
  reset(): number;
  close(): Promise<void>;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

const slicesPerSecond = 50;

/** Opens a proxy on a free port of this machine in front of a server; the server need not be there yet. */
export async function openFaultProxy(target: { readonly host?: string; readonly port: number }): Promise<FaultProxy> {
  const pairs = new Set<Pair>();
  let mode: Mode = "pass";
  let accepted = 0;
  let changed = Promise.withResolvers<void>();

  const carry = async (from: Socket, to: Socket, isAnswer: boolean) => {
    for await (const chunk of from) {
      let rest: Buffer = chunk;
      while (rest.length > 0 && !to.destroyed) {
        if (mode === "stall") {
          await changed.promise;
          continue;
        }
        const perSlice =
          typeof mode === "object" ? Math.ceil(mode.throttle.bytesPerSecond / slicesPerSecond) : rest.length;
        if (typeof mode === "object") await Promise.race([wait(1000 / slicesPerSecond), changed.promise]);
        const slice = rest.subarray(0, perSlice);
        rest = rest.subarray(perSlice);
        const flips = mode === "corrupt" && isAnswer;
        if (!to.write(flips ? slice.map((byte, at) => (at % 7 === 3 ? byte ^ 0x55 : byte)) : slice)) {
          await Promise.race([once(to, "drain"), once(to, "close")]);
        }
      }
    }
    to.end();
  };

  const end = (how: "cut" | "reset"): number => {
    const count = pairs.size;
    for (const { near, far } of pairs) {
      for (const socket of [near, far]) {
        if (how === "reset") socket.resetAndDestroy();
        else socket.destroy();
      }
    }
    return count;
  };

  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    accepted++;
    near.on("error", () => undefined);
    if (mode === "cut") return void near.destroy();
    if (mode === "reset") return void near.resetAndDestroy();
    const far = connect({ host: target.host ?? "127.0.0.1", port: target.port, noDelay: true, allowHalfOpen: true });
    const pair = { near, far };
    pairs.add(pair);
    far.on("error", () => near.resetAndDestroy());
    for (const socket of [near, far]) {
      socket.on("close", () => {
        pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
    }
    carry(near, far, false).catch(() => far.destroy());
    carry(far, near, true).catch(() => near.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const place = server.address();
  if (!isPlace(place)) throw new Error("the proxy has no port");
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    changed.resolve();
    end("cut");
    await closed;
  };
  return {
    host: "127.0.0.1",
    port: place.port,
    open: () => pairs.size,
    accepted: () => accepted,
    set(next) {
      mode = next;
      changed.resolve();
      changed = Promise.withResolvers<void>();
      if (next === "cut" || next === "reset") end(next);
    },
    cut: () => end("cut"),
    reset: () => end("reset"),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function isPlace(place: AddressInfo | string | null): place is AddressInfo {
  return typeof place === "object" && place !== null;
}
