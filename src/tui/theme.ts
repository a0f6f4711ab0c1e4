import type { Tone } from "./line.ts";

/** The names of the themes. */
export const themeNames = ["dark", "light", "high-contrast", "mono"] as const;

export type ThemeName = (typeof themeNames)[number];

/** The SGR parameters of each meaning; an empty text leaves the terminal's own colours. */
export type Theme = Readonly<Record<Tone, string>>;

const dark: Theme = {
  plain: "",
  dim: "90",
  title: "1",
  good: "32",
  warn: "33",
  bad: "1;31",
  accent: "36",
  key: "1;36",
  rule: "90",
  chosen: "7",
  match: "30;43",
  alarm: "1;37;41",
};

/** Every theme; colours are the terminal's sixteen, so that they suit what the user has chosen there. */
export const themes: Readonly<Record<ThemeName, Theme>> = {
  dark,
  light: { ...dark, dim: "2", warn: "35", accent: "34", key: "1;34", rule: "2" },
  "high-contrast": {
    ...dark,
    dim: "",
    good: "1;92",
    warn: "1;93",
    bad: "1;91",
    accent: "1;96",
    key: "1;4",
    rule: "",
    alarm: "1;97;41",
  },
  mono: {
    plain: "",
    dim: "2",
    title: "1",
    good: "",
    warn: "1",
    bad: "1;7",
    accent: "",
    key: "1",
    rule: "2",
    chosen: "7",
    match: "7",
    alarm: "1;7",
  },
};

/** Whether a word names a theme. */
export function isTheme(name: string): name is ThemeName {
  return themeNames.some((one) => one === name);
}

/** The theme after this one. */
export function nextTheme(name: ThemeName): ThemeName {
  return themeNames[(themeNames.indexOf(name) + 1) % themeNames.length] ?? "dark";
}
