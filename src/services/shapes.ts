import * as z from "zod";

/** Who runs the learner, as the lock file says. */
export const holderShape = z.strictObject({ pid: z.int(), command: z.string(), since: z.string() });
