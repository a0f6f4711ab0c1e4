import * as z from "zod";
import { setting } from "./setting.ts";

const mebibyte = 1024 * 1024;

/** When logs are rotated and how long archives are kept. */
export const rotationSettings = {
  "rotation.maxBytes": setting(
    () => z.int().min(1),
    50 * mebibyte,
    "1 or more",
    "Size from which a log is rotated, in bytes.",
  ),
  "rotation.maxAgeHours": setting(
    () => z.number().positive().nullable(),
    null,
    "hours or null",
    "Age from which a log is rotated, in hours; null means never for its age.",
  ),
  "rotation.at": setting(
    () =>
      z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
        .nullable(),
    null,
    "HH:MM or null",
    "Local time of day at which every log that is not empty is rotated.",
  ),
  "rotation.compression": setting(
    () => z.enum(["zstd", "gzip"]),
    "zstd",
    "zstd or gzip",
    "How archives are compressed.",
  ),
  "rotation.checkMinutes": setting(
    () => z.number().min(0.01).max(1440).nullable(),
    5,
    "minutes or null",
    "How often `learn` looks whether a log is due for rotation; null leaves it to `aistack rotate`.",
  ),
  "rotation.retentionDays": setting(
    () => z.number().positive().nullable(),
    30,
    "days or null",
    "Archives older than this are removed; null keeps them.",
  ),
  "rotation.retentionCount": setting(
    () => z.int().min(1).nullable(),
    null,
    "number or null",
    "Most archives kept of one log; null means any number.",
  ),
  "rotation.retentionBytes": setting(
    () => z.int().min(1).nullable(),
    null,
    "bytes or null",
    "Most bytes of archives kept in one directory; null means any size.",
  ),
} as const;
