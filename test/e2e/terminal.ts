import { onTestFinished } from "vitest";
import { openPty, type Terminal } from "./pty.ts";

/** Starts a program on a terminal; it ends at the latest with the test. */
export function openTerminal(...options: Parameters<typeof openPty>): Terminal {
  const pty = openPty(...options);
  onTestFinished(() => pty.stop());
  return pty;
}
