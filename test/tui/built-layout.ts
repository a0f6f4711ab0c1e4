// What the build gives Ink in the place of yoga.
// biome-ignore lint/style/noDefaultExport: Ink asks for it by that name
export { layoutEngine as default } from "../../src/tui/layout/engine.ts";
