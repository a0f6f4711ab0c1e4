import { Failure } from "../errors.ts";
import type { VectorModel } from "./listed.ts";

/** Says that the vectors of one model must not be mixed with those of another. */
export function otherModel(known: VectorModel, wanted: VectorModel): Failure {
  return new Failure("config", {
    what: "The vectors were not added to",
    why: `they were made by ${known.label} (${known.dimensions}), the configuration says ${wanted.label} (${wanted.dimensions})`,
    hint: "Set the model back, or make all vectors anew: aistack learn --once --rebuild-vectors",
  });
}
