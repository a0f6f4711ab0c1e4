import * as z from "zod";
import { setting } from "./setting.ts";

const gibibyte = 1024 ** 3;

/** How much room is left free. */
export const diskSettings = {
  "disk.minFreeBytes": setting(
    () => z.int().min(0),
    2 * gibibyte,
    "0 or more",
    "Learning stops when less than this is free on the disk of the home or of the dataset, in bytes.",
  ),
} as const;
