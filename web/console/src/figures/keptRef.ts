/** What was chosen on a page, kept while one is elsewhere: there again when one comes back. */
import { ref, type Ref } from "vue";

const kept = new Map<string, Ref<unknown>>();

/** A value that everything of this name shares until the page is loaded anew. */
export function keptRef<Value>(name: string, initial: Value): Ref<Value> {
  if (!kept.has(name)) kept.set(name, ref(initial));
  return kept.get(name) as Ref<Value>;
}
