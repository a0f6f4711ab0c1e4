/** The formats that teach by answers: one row a lesson. */
export const pairFormats = ["openai", "sharegpt", "alpaca"] as const;

/** The formats that teach by what was preferred: an accepted beside a rejected answer. */
export const preferenceFormats = ["dpo", "dpo-chat"] as const;

/** The formats that teach by a label on every answer: accepted or rejected. */
export const labelFormats = ["kto", "kto-chat"] as const;

/** The formats a dataset can be exported to. */
export const exportFormats = [...pairFormats, ...preferenceFormats, ...labelFormats] as const;

/** One of them. */
export type ExportFormat = (typeof exportFormats)[number];
