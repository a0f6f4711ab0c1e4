import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporary } from "../cli/running.ts";
import { program } from "./pty.ts";
import { openTerminal } from "./terminal.ts";

/**
 * A stand-in for a podman that runs so many services, in a shape recorded from a real one, and that fails while a file
 * `gone` is in the home, and hangs while there is one named `hang`.
 */
function podmanStandIn(home: string, services: readonly string[]): { readonly PATH: string } {
  const project = "standin";
  mkdirSync(join(home, "bin"));
  const compose = services.map(
    (name) => `  ${name}:\n    image: docker.io/library/busybox:1\n    command: [sleep, "1"]\n`,
  );
  writeFileSync(join(home, "aistack.yaml"), `name: ${project}\nservices:\n${compose.join("")}`);
  const list = services.map((name, at) => ({
    Id: String(at).padStart(64, "a"),
    Names: [`${project}-${name}`],
    Image: "docker.io/library/busybox:1",
    ImageID: "b",
    Labels: { "aistack.project": project, "aistack.service": name, "aistack.hash": "c" },
    State: "running",
    Status: "Up 3 seconds",
    ExitCode: 0,
    StartedAt: 1_795_564_914,
    ExitedAt: -62_135_596_800,
    Pid: 0,
    Ports: [],
  }));
  writeFileSync(join(home, "ps.json"), JSON.stringify(list));
  const script = `#!/bin/sh
cd ${home}
away() {
  if [ -e gone ]; then printf 'Error: \\033[2J\\033]0;owned\\007no such place\\n' >&2; exit 125; fi
  if [ -e hang ]; then exec sleep 600; fi
}
away
case "$1" in
  ps) cat ps.json ;;
  events) while :; do sleep 0.5; away; done ;;
  logs) for name; do :; done; n=0
    while :; do n=$((n + 1)); echo "$(date -u +%Y-%m-%dT%H:%M:%S.%NZ) tick $n of $name"; sleep 2; away; done ;;
  stats) exec sleep 600 ;;
  *) echo '[]' ;;
esac
`;
  writeFileSync(join(home, "bin/podman"), script);
  chmodSync(join(home, "bin/podman"), 0o755);
  return { PATH: `${join(home, "bin")}:${process.env.PATH}` };
}

/** The console on a home whose podman is such a stand-in. */
export function openStandIn(services: readonly string[]) {
  const home = temporary();
  const env = podmanStandIn(home, services);
  const settings = ["--set", "podman.timeoutMs=1500"];
  const terminal = openTerminal([process.execPath, program, "tui", "--home", home, ...settings], {
    columns: 120,
    rows: 34,
    env,
  });
  return { home, terminal };
}
