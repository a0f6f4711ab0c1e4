import { LayoutNode } from "./node.ts";
import { terms } from "./terms.ts";

/**
 * What the program is built with in the place of Ink's own layout engine. That one is a WebAssembly program for every
 * kind of flexible box: loading it takes 19 MB of memory and a tenth of the time until the first frame, and the screen
 * is rows below each other.
 */
export const layoutEngine = { ...terms, Node: { create: () => new LayoutNode() } };
