import { createHash } from "node:crypto";
import type { Emit } from "../events.ts";
import { redactValue } from "../learning/redact-json.ts";
import { cursorsIn } from "../stores/cursor-rows.ts";
import type { Changes, KeptCursor, KeptProposal, Renewal } from "../stores/renewal.ts";
import { type Cursor, checksumOf } from "../telemetry/cursor.ts";
import { cleanCursor } from "../telemetry/cursor-words.ts";
import { resolved } from "./lessons.ts";
import type { RenewalCounts } from "./progress.ts";

/** Sinks whose outputs are made anew from the rows: where they had taken more than the rows, they take it again. */
const madeOfRows: ReadonlySet<string> = new Set(["vectors", "neighbours"]);

function cursorOf({ sink, inode, ...row }: KeptCursor, emit: Emit): Cursor | null {
  const saved = { previous_body: row.previousBody, previous_checksum: row.previousChecksum };
  return cursorsIn([{ ...row, ...saved, inode }], sink, emit)[0] ?? null;
}

// What stood in the copy before is not needed once the newest is whole.
function savedAs(cursor: Cursor, { sink, inode }: KeptCursor): KeptCursor {
  const body = JSON.stringify(cursor);
  const checksum = checksumOf(body);
  return { sink, inode, body, checksum, previousBody: body, previousChecksum: checksum };
}

/** Redacts the open turns in both copies of every cursor anew; one that is damaged in both is removed. */
export async function renewCursors(renewal: Renewal, emit: Emit, counts: RenewalCounts): Promise<Changes> {
  const kept = (await renewal.cursors()).map((row) => ({ row, cursor: cursorOf(row, emit) }));
  const rows = new Map(
    kept.flatMap(({ row, cursor }) => (row.sink === "rows" && cursor !== null ? [[row.inode, cursor] as const] : [])),
  );
  const taught = kept.flatMap(({ cursor }) =>
    (cursor?.turns ?? []).flatMap(({ taught, corrects }) => [taught, ...(corrects?.negatives ?? [])]),
  );
  const names = await resolved(renewal, [...new Set(taught)]);
  const cursors: KeptCursor[] = [];
  const removedCursors: KeptCursor[] = [];
  for (const { row, cursor } of kept) {
    const first = rows.get(row.inode);
    const isAhead = madeOfRows.has(row.sink) && cursor !== null && cursor.offset > (first?.offset ?? 0);
    const place = isAhead ? (first ?? null) : cursor;
    if (place === null) {
      removedCursors.push(row);
      counts.cursors++;
      continue;
    }
    const saved = savedAs(
      cleanCursor(place, (hash) => names.get(hash) ?? hash),
      row,
    );
    if (saved.body === row.body && saved.previousBody === row.previousBody) continue;
    cursors.push(saved);
    if (saved.body !== row.body) counts.cursors++;
  }
  return { cursors, removedCursors };
}

function renewedProposal({ hash, body, status }: KeptProposal): KeptProposal {
  let value: unknown;
  try {
    value = redactValue(JSON.parse(body));
  } catch {
    return { hash, body: "", status };
  }
  if (typeof value !== "object" || value === null) return { hash, body: "", status };
  const { proposal_type, title, recommended_action } = {
    proposal_type: "",
    title: "",
    recommended_action: "",
    ...value,
  };
  const named = createHash("sha256").update(`${proposal_type}:${title}:${recommended_action}`).digest("hex");
  return { hash: named, body: JSON.stringify({ ...value, proposal_hash: named }), status };
}

/** Redacts proposals anew and names them by what they say now; one that cannot be read is removed. */
export async function renewProposals(renewal: Renewal, counts: RenewalCounts): Promise<Changes> {
  const proposals: KeptProposal[] = [];
  const removedProposals: string[] = [];
  for (const one of await renewal.proposals()) {
    const renewed = renewedProposal(one);
    if (renewed.body === one.body) continue;
    counts.proposals++;
    if (renewed.hash !== one.hash || renewed.body === "") removedProposals.push(one.hash);
    if (renewed.body !== "") proposals.push(renewed);
  }
  return { proposals, removedProposals };
}
