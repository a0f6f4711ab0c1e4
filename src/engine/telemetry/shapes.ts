import * as z from "zod";
import { turnShape } from "../learning/formats/shapes.ts";

/** A saved cursor as it stands in a store. */
export const cursorShape = z.strictObject({
  version: z.literal(1),
  inode: z.string().regex(/^\d+:\d+$/),
  file: z.string(),
  offset: z.int().min(0),
  print: z.strictObject({
    headBytes: z.int().min(0).max(1024),
    headHash: z.string(),
    tailHash: z.string(),
  }),
  turn: turnShape.nullable(),
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
