import * as z from "zod";
import { setting } from "./setting.ts";

const mebibyte = 1024 * 1024;

/** When the backlog is too large. */
export const backpressureSettings = {
  "backpressure.pauseBytes": setting(
    () => z.int().min(1),
    100 * mebibyte,
    "1 or more",
    "Backlog above which intake pauses and optional work is put off, in bytes.",
  ),
  "backpressure.resumeShare": setting(
    () => z.number().min(0.01).max(1),
    0.8,
    "0.01 to 1",
    "Share of that backlog below which intake resumes.",
  ),
} as const;
