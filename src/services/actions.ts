import type { Action } from "./action.ts";
import { breakerActions } from "./breakers.ts";
import { datasetActions } from "./dataset.ts";
import { doctorAction } from "./doctor.ts";
import { infoAction } from "./info.ts";
import { learnAction } from "./learn.ts";
import { pauseActions } from "./pause.ts";
import { proposalsAction } from "./proposals.ts";
import { rotateActions } from "./rotate.ts";
import { secretActions } from "./secret-actions.ts";
import { serveAction } from "./serve.ts";
import { settingActions } from "./settings.ts";
import { stackFileActions } from "./stack-file.ts";
import { statusAction } from "./status.ts";
import { storeActions } from "./store.ts";
import { telemetryAction } from "./telemetry.ts";
import { verbActions } from "./verbs/table.ts";

/** The action table: everything the user can do, once. */
export const actions: readonly Action[] = [
  learnAction,
  statusAction,
  ...pauseActions,
  ...breakerActions,
  ...datasetActions,
  proposalsAction,
  ...rotateActions,
  doctorAction,
  infoAction,
  ...storeActions,
  ...settingActions,
  telemetryAction,
  ...verbActions,
  ...stackFileActions,
  ...secretActions,
  serveAction,
];
