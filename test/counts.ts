/** Whether the long counts were asked for: npm run test:long. */
const isLong = process.env.AISTACK_TEST_LONG === "1";

/** How often something is tried: in every run, or when the long counts were asked for. */
export function counted(short: number, long: number): number {
  return isLong ? long : short;
}
