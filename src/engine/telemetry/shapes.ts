import * as z from "zod";
import { turnShape } from "../learning/formats/shapes.ts";

const place = {
  inode: z.string().regex(/^\d+:\d+$/),
  file: z.string(),
  offset: z.int().min(0),
  print: z.strictObject({
    headBytes: z.int().min(0).max(1024),
    headHash: z.string(),
    tailHash: z.string(),
  }),
};

/** A saved cursor as it stands in a store. */
export const cursorShape = z.strictObject({
  version: z.literal(2),
  ...place,
  turns: z.array(turnShape),
  packed: z
    .strictObject({
      bytes: z.int().min(0),
      headBytes: z.int().min(0).max(1024),
      headHash: z.string(),
      tailHash: z.string(),
      finished: z.boolean(),
    })
    .optional(),
});

/** A cursor of version 1: with at most one conversation, whose words were not redacted. */
export const formerCursorShape = z.strictObject({
  version: z.literal(1),
  ...place,
  turn: z
    .strictObject({
      dialect: z.string(),
      session: z.string(),
      prompt: z.string(),
      response: z.string(),
      startedAt: z.string(),
      model: z.string(),
      steps: z.int(),
      failures: z.int(),
      failing: z.boolean(),
    })
    .nullable(),
});

/** A cursor of version 1, parsed. */
export type FormerCursor = z.infer<typeof formerCursorShape>;
