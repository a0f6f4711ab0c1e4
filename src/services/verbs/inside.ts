import { isatty } from "node:tty";
import { Failure } from "../../engine/errors.ts";
import type { Given } from "../action.ts";
import type { Run } from "../lazily.ts";
import type { Stack } from "../stack.ts";
import { verbs } from "../supervisor/argv.ts";
import { readStack } from "../supervisor/look.ts";
import { findContainer } from "../supervisor/plan.ts";
import { openStage } from "./open-stage.ts";

async function runningContainer(stack: Stack, given: Given, signal: AbortSignal) {
  const name = given.text("service") ?? "";
  const stage = await openStage(stack, given, [name]);
  const container = findContainer(
    await readStack(stage.podman, stage.manifest.project, { signal }),
    stage.manifest.project,
    name,
  );
  if (container?.state === "running") return { podman: stage.podman, name: container.name };
  throw new Failure("failed", {
    what: `Nothing was run in ${name}`,
    why: container === null ? "it has no container" : `its container is ${container.state}`,
    hint: `Type: aistack up ${name}`,
  });
}

/** `aistack exec`. */
export const runExec: Run = async (stack, given, { signal }) => {
  const command = given.list("--");
  if (command.length === 0) {
    const hint = `Type: aistack exec ${given.text("service")} -- sh`;
    throw new Failure("usage", { what: "Nothing was run", why: "no command stands behind --", hint });
  }
  const { podman, name } = await runningContainer(stack, given, signal);
  return { exitCode: await podman.handOver(verbs.execHere(name, command, isatty(0) && isatty(1)), { signal }) };
};

/** A client that a service brings with it, opened with the service's own secret, which is on no command line. */
function openClient(program: string, script: string): Run {
  return async (stack, given, { signal }) => {
    const { podman, name } = await runningContainer(stack, given, signal);
    const command = ["sh", "-c", script, program, ...given.list("--")];
    const exitCode = await podman.handOver(verbs.execHere(name, command, isatty(0) && isatty(1)), { signal });
    if (exitCode !== noSuchProgram) return { exitCode };
    const service = given.text("service");
    throw new Failure("failed", {
      what: `${program} was not opened in ${service}`,
      why: `${service} has no ${program}`,
      hint: `Type: aistack exec ${service} -- sh`,
    });
  };
}

const noSuchProgram = 127;

/** `aistack psql`. */
export const runPsql = openClient(
  "psql",
  `command -v psql >/dev/null || exit ${noSuchProgram}
   export PGPASSWORD="\${POSTGRES_PASSWORD:-$(cat "\${POSTGRES_PASSWORD_FILE:-/dev/null}")}" PSQL_HISTORY=/tmp/.psql_history
   user="\${POSTGRES_USER:-postgres}"
   exec psql --host=127.0.0.1 --username="$user" --dbname="\${POSTGRES_DB:-$user}" "$@"`,
);

/** `aistack redis-cli`. */
export const runRedisCli = openClient(
  "redis-cli",
  `command -v redis-cli >/dev/null || exit ${noSuchProgram}
   secret=/run/secrets/redis_password
   if [ -r "$secret" ]; then REDISCLI_AUTH="$(cat "$secret")"; export REDISCLI_AUTH; fi
   export REDISCLI_HISTFILE=/tmp/.rediscli_history
   exec redis-cli "$@"`,
);

/** `aistack attach`. */
export const runAttach: Run = async (stack, given, { signal }) => {
  const { podman, name } = await runningContainer(stack, given, signal);
  return { exitCode: await podman.handOver(verbs.attach(name), { signal }) };
};
