/** The formats a dataset can be exported to. */
export const exportFormats = ["openai", "sharegpt", "alpaca"] as const;

/** One of them. */
export type ExportFormat = (typeof exportFormats)[number];
