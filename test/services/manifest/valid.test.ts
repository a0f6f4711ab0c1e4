import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadStack } from "../../../src/services/manifest/load.ts";
import { composeText } from "../../../src/services/manifest/print.ts";
import { configIn, machineOf, temporary } from "./loading.ts";

const directory = fileURLToPath(new URL("../../../fixtures/compose/valid", import.meta.url));

test.each([
  { file: "web-and-database.yaml", profiles: [], environment: {}, resolved: "web-and-database.txt" },
  {
    file: "web-and-database.yaml",
    profiles: ["fast"],
    environment: { SHOP_VERSION: "2.0.0", SHOP_PORT: "80", SHOP_DEBUG: "1", SHOP_FEATURES: "" },
    resolved: "web-and-database.fast.txt",
  },
])("a file as people write them resolves to $resolved", async ({ file, profiles, environment, resolved }) => {
  const config = configIn(temporary(), environment);
  const { manifest, findings, inactive } = await loadStack(config, {
    files: [join(directory, file)],
    profiles,
    tier: "full",
    machine: machineOf(64e9),
  });
  const said = [
    ...inactive.map(({ name, why }) => `# ${name}: ${why}`),
    ...findings.map(({ place, message }) => `# ${basename(place?.file ?? "")}:${place?.line} ${message}`),
    composeText(manifest, []),
  ];
  await expect(said.join("\n").replaceAll(directory, "DIRECTORY")).toMatchFileSnapshot(join(directory, resolved));
});
