import * as z from "zod";
import { setting } from "./setting.ts";

/** Which services the stack has, and how much of the machine they may take. */
export const stackSettings = {
  "stack.file": setting(
    () => z.string().min(1).nullable(),
    null,
    "path or null",
    "Compose file merged over the one that comes with the program; null means `aistack.yaml` beside the configuration.",
  ),
  "stack.tier": setting(
    () => z.enum(["auto", "minimal", "standard", "full"]),
    "auto",
    "auto, minimal, standard or full",
    "How much of the stack runs and with which limits; auto measures the machine.",
  ),
  "stack.profiles": setting(
    () => z.array(z.string().min(1)),
    [],
    "list of names",
    "Profiles of the stack that are switched on, such as `llm`.",
  ),
} as const;
