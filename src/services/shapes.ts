import * as z from "zod";
import { lazily } from "../engine/lazily.ts";

/** Who runs the learner, as the lock file says. */
export const holderShape = lazily(() => z.strictObject({ pid: z.int(), command: z.string(), since: z.string() }));
