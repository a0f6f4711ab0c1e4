import type { AttentionView, Level, View } from "./view.ts";

type Unjudged = Omit<View, "verdict" | "attention">;

const troubled: ReadonlySet<string> = new Set(["failed", "crash loop"]);

function ofServices({ services }: Unjudged): AttentionView[] {
  return services.list.flatMap(({ name, phase, health, why }): AttentionView[] => {
    const reason = why === "" ? "" : `: ${why}`;
    const found = { pane: "services", item: name } as const;
    if (troubled.has(phase))
      return [
        {
          ...found,
          level: "bad",
          text: `${name} ${phase === "failed" ? "has failed" : "is in a crash loop"}${reason}`,
        },
      ];
    if (health === "unhealthy") return [{ ...found, level: "bad", text: `${name} is unhealthy${reason}` }];
    if (phase === "backoff") return [{ ...found, level: "warn", text: `${name} waits to start again${reason}` }];
    return [];
  });
}

function ofBreakers({ breakers }: Unjudged): AttentionView[] {
  return (breakers ?? []).flatMap(({ name, state, tripped, lastError }): AttentionView[] => {
    if (state !== "open" && state !== "half-open") return [];
    const reason = tripped !== null ? `: by hand, ${tripped}` : lastError === "" ? "" : `: ${lastError}`;
    const word = state === "open" ? "is open" : "is trying again";
    return [{ level: "warn", text: `breaker ${name} ${word}${reason}`, pane: "breakers", item: name }];
  });
}

function ofLearning({ learner, sinks, pressure, disk }: Unjudged): AttentionView[] {
  const found: AttentionView[] = [];
  const say = (level: "warn" | "bad", text: string, item = "") => found.push({ level, text, pane: "learning", item });
  if (learner.state === "failed") say("bad", `the learner stopped: ${learner.why}`);
  if (learner.state === "stopped") say("bad", "nobody learns here; type :learner start");
  for (const { name, optional, waiting } of sinks) {
    if (waiting !== "") say(optional ? "warn" : "bad", `sink ${name} waits: ${waiting}`, name);
  }
  if (disk?.stopped === true) say("bad", "learning has stopped before the disk is full");
  if (pressure.paused === true) say("warn", "intake is paused until the backlog is small again");
  if (learner.paused !== null)
    say("warn", `learning is paused by hand${learner.paused === "" ? "" : `: ${learner.paused}`}`);
  return found;
}

function ofSources({ learned }: Unjudged): AttentionView[] {
  return (learned?.barren ?? []).map(({ text, item }) => ({ level: "warn", text, pane: "learning", item }));
}

function ofPodman({ services }: Unjudged): AttentionView[] {
  if (services.state === "failed") return [{ level: "bad", text: services.why, pane: "services", item: "" }];
  const say = (text: string): AttentionView[] => [
    { level: "warn", text: `${text}: ${services.why}`, pane: "services", item: "" },
  ];
  if (services.state === "absent" && services.list.some(({ wanted }) => wanted))
    return say("what the services do is not known");
  if (services.state === "live" && services.why !== "")
    return say("Podman does not answer, the services are shown as they were");
  return [];
}

/** What needs a person, the worst first. */
export function attentionOf(view: Unjudged): AttentionView | null {
  const breakers = ofBreakers(view);
  const all = [...ofLearning(view), ...ofPodman(view), ...ofServices(view), ...breakers, ...ofSources(view)];
  // A breaker can be acted on; a sink that waits for it cannot.
  return all.find(({ level }) => level === "bad") ?? breakers[0] ?? all[0] ?? null;
}

/** Whether everything is all right, in two words. */
export function verdictOf(view: Unjudged, attention: AttentionView | null): { level: Level; text: string } {
  if (attention?.level === "bad") return { level: "bad", text: "Failing" };
  if (attention !== null) return { level: "warn", text: "Needs a look" };
  if (view.learner.state === "syncing" || view.learned === null || view.services.state === "syncing") {
    return { level: "unknown", text: "Syncing" };
  }
  return { level: "good", text: "All well" };
}
