import type { View } from "./view.ts";

const mostNames = 10;

/** What goes on and what ends when the console is closed, as sentences. */
export function farewellOf({ learner, services, demo }: View): string[] {
  const up = services.list.filter(({ phase }) => phase === "running").map(({ name }) => name);
  const said: string[] = [];
  if (up.length > 0) {
    const more = up.length > mostNames ? ` and ${up.length - mostNames} more` : "";
    const names = up.slice(0, mostNames).join(", ") + more;
    said.push(
      `${up.length} ${up.length === 1 ? "service keeps" : "services keep"} running: ${names}. To stop them, type: aistack down`,
    );
  }
  if (demo !== null) said.push("The demonstration is over; its home is gone.");
  else if (learner.state === "here") {
    said.push("The learner here has stopped, and nothing is lost. To go on: aistack learn");
  } else if (learner.state === "elsewhere") {
    said.push(`Process ${learner.pid} (${learner.command}) goes on learning.`);
  }
  return said;
}
