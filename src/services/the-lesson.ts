import { Failure } from "../engine/errors.ts";
import type { ListedLesson } from "../engine/stores/listed.ts";
import type { Store } from "../engine/stores/store.ts";

/** The one lesson whose id begins so. Fails with `usage` where there is none, or more than one. */
export async function theLesson(store: Store, prefix: string): Promise<ListedLesson> {
  const found = /^[0-9a-f]{4,64}$/.test(prefix) ? await store.lessonsByPrefix(prefix) : [];
  const [lesson] = found;
  if (lesson && found.length === 1) return lesson;
  throw new Failure("usage", {
    what: `The lesson ${prefix} was not found`,
    why: found.length > 1 ? "more than one lesson begins like this" : "no lesson has this id (4 or more hex digits)",
    hint: "Type: aistack dataset list",
  });
}
