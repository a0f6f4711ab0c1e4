import { errnoOf, Failure, type FailureCode, messageOf } from "../errors.ts";

/** What went wrong with a server, by the code it or the network gave. */
interface Kind {
  readonly code: FailureCode;
  readonly hint: string;
}

const silentHint = "Look whether the server runs; it is tried again. Type: aistack store status";
const passwordHint =
  "Put the right one into the file secrets/postgres_password of the home (mode 600), or into AISTACK_SECRET_POSTGRES_PASSWORD";
const certificateHint =
  "Renew the server's certificate, or name its authority: aistack config set postgres.caFile FILE";

const poolerHint = "Connect to the server itself, not through a pooler that shares connections between transactions";

const byState: Readonly<Record<string, Kind>> = {
  "28P01": { code: "config", hint: passwordHint },
  "28000": { code: "config", hint: "Check postgres.user and the server's pg_hba.conf. Type: aistack config list" },
  "3D000": {
    code: "config",
    hint: "Make it: createdb NAME, or name another: aistack config set postgres.database NAME",
  },
  "3F000": { code: "config", hint: "Name another schema: aistack config set postgres.schema NAME" },
  "42501": { code: "config", hint: "Give the user of postgres.user the right to it: GRANT CREATE ON DATABASE …" },
  "42P01": { code: "config", hint: "Its tables are not there; make them: aistack learn --once" },
  "42703": { code: "config", hint: "It was kept by another version; bring it up to date: aistack learn --once" },
  "0A000": { code: "silent", hint: "Its tables were changed; it is tried again over a new connection" },
  "25P03": { code: "silent", hint: silentHint },
  "26000": { code: "config", hint: poolerHint },
  "42P05": { code: "config", hint: poolerHint },
  "25006": { code: "config", hint: "Connect to the primary server: aistack config set postgres.host NAME" },
  "53100": { code: "full", hint: "Make room on the server's disk; learning goes on by itself" },
  "53300": {
    code: "silent",
    hint: "Raise the server's max_connections, or lower postgres.poolSize; it is tried again",
  },
  "54000": { code: "refused", hint: "The server's own limit; the lesson is listed by: aistack learn --rejected" },
  "55P03": { code: "silent", hint: "Another process holds it; it is tried again" },
};

const byClass: Readonly<Record<string, Kind>> = {
  "08": { code: "silent", hint: silentHint },
  "21": { code: "refused", hint: "The lesson is listed by: aistack learn --rejected" },
  "22": { code: "refused", hint: "The lesson is listed by: aistack learn --rejected" },
  "23": { code: "refused", hint: "The lesson is listed by: aistack learn --rejected" },
  "28": { code: "config", hint: passwordHint },
  "40": { code: "silent", hint: "It is tried again" },
  "53": { code: "silent", hint: silentHint },
  "54": { code: "refused", hint: "The lesson is listed by: aistack learn --rejected" },
  "57": { code: "silent", hint: silentHint },
  "58": { code: "silent", hint: "Look at the server's disk and log; it is tried again" },
  XX: { code: "corrupt", hint: "Look at the server's log; its data may be damaged" },
};

const certificateCodes = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

function kindOf(code: string, message: string): Kind {
  const known = byState[code];
  if (known) return known;
  if (/^[0-9A-Z]{5}$/.test(code)) {
    const family = byClass[code.slice(0, 2)];
    return family ?? { code: "failed", hint: "Look at the server's log, and type: aistack doctor" };
  }
  if (certificateCodes.has(code)) return { code: "config", hint: certificateHint };
  if (/does not support SSL/.test(message)) {
    return { code: "config", hint: "Switch it on there, or do without: aistack config set postgres.tls off" };
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) return { code: "config", hint: certificateHint };
  if (/^SASL/.test(message) || /password must be a string/.test(message)) return { code: "config", hint: passwordHint };
  return { code: "silent", hint: silentHint };
}

const said: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "the certificate of the server has expired",
  ENOTFOUND: "there is no machine of that name",
  ECONNREFUSED: "nothing listens there",
  EHOSTUNREACH: "the machine cannot be reached",
  ENETUNREACH: "the network cannot be reached",
  ECONNRESET: "the connection was cut",
  "53100": "its disk is full",
};

/** What a failed call of the server means: `silent`, `full`, `refused`, `config` or `corrupt`, with what to type next. */
export function postgresFailure(error: unknown, what: string): Failure {
  if (error instanceof Failure) return error;
  const message = messageOf(error);
  const code = errnoOf(error);
  const kind = kindOf(code, message);
  const known = said[code];
  const why = known === undefined ? message || code || "no reason was given" : `${known} (${message || code})`;
  return new Failure(kind.code, { what, why, hint: kind.hint, cause: error });
}
