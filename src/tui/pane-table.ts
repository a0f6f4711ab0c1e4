import type { ScreenCommand } from "./command-table.ts";
import { screenCommands } from "./command-table.ts";
import { defaultKeys, type KeyRow } from "./keys.ts";
import type { Pane } from "./pane.ts";
import { breakersPane } from "./panes/breakers.ts";
import { commandsPane } from "./panes/commands.ts";
import { eventsPane } from "./panes/events.ts";
import { graphPane } from "./panes/graph.ts";
import { helpPane } from "./panes/help.ts";
import { learningPane } from "./panes/learning.ts";
import { logsPane } from "./panes/logs.ts";
import { overviewPane } from "./panes/overview.ts";
import { servicesPane } from "./panes/services.ts";

/** Every pane, in the order of the tabs. */
export const panes: readonly Pane[] = [
  overviewPane,
  servicesPane,
  learningPane,
  breakersPane,
  logsPane,
  eventsPane,
  graphPane,
  commandsPane,
  helpPane,
];

/** The pane of a name, or the first. */
export function paneNamed(name: string): Pane {
  return panes.find((pane) => pane.name === name) ?? overviewPane;
}

/** Every command of the screen, with one for each pane. */
export const allScreenCommands: readonly ScreenCommand[] = [
  ...screenCommands,
  ...panes.map(({ name, title }) => ({ name: `go ${name}`, short: title, sentence: `Show ${title.toLowerCase()}` })),
];

/** Every key as delivered, with those of the panes. */
export const allKeys: readonly KeyRow[] = [
  ...defaultKeys,
  ...panes.flatMap(({ name, key, keys }) => [
    { key, command: `go ${name}` },
    ...keys.map((row) => ({ ...row, pane: name })),
  ]),
];
