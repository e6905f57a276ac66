/** Things found while one types: asked for when the typing rests, an earlier answer never shown for later words. */
import { api } from "@shared/api/client";
import { Refused } from "@shared/api/problem";
import { computed, onScopeDispose, ref, useId } from "vue";
import { explain } from "./explain";
import { linesOf, type Group, type Line } from "./found";

const RESTED_MS = 180;

/** `kinds` says which are wanted, in their order; without it all, as the server orders them. */
export function useSearch(kinds?: readonly Group["kind"][]) {
  const id = useId();
  const words = ref("");
  const open = ref(false);
  const busy = ref(false);
  const trouble = ref("");
  const groups = ref<Group[]>([]);
  const asked = ref("");
  const marked = ref(-1);
  const lines = computed(() => linesOf(groups.value, id));
  const markedLine = computed<Line | undefined>(() => lines.value[marked.value]);
  const line = (kind: string, index: number) => lines.value.find((found) => found.key === `${id}-${kind}-${index}`)!;
  const shown = computed(() => open.value && words.value.trim() !== "");

  let timer = 0;
  let asking = new AbortController();
  function typed(): void {
    clearTimeout(timer);
    asking.abort();
    marked.value = -1;
    open.value = true;
    const q = words.value.trim();
    if (!q) {
      groups.value = [];
      asked.value = trouble.value = "";
      busy.value = false;
      return;
    }
    busy.value = true;
    timer = window.setTimeout(() => void find(q), RESTED_MS);
  }

  async function find(q: string): Promise<void> {
    asking = new AbortController();
    const { signal } = asking;
    try {
      const answer = await api.GET("/api/v1/search", { params: { query: { q } }, signal });
      const found = answer.data!.groups;
      groups.value = kinds ? kinds.flatMap((kind) => found.filter((group) => group.kind === kind)) : found;
      trouble.value = "";
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Refused)) throw error;
      groups.value = [];
      trouble.value = explain(error);
    }
    asked.value = q;
    busy.value = false;
  }

  function close(): void {
    open.value = false;
    marked.value = -1;
  }

  /** Down and up mark, Escape closes; false: the key was none of these. */
  function onKey(event: KeyboardEvent): boolean {
    const count = lines.value.length;
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown" && count) marked.value = (marked.value + 1) % count;
    else if (event.key === "ArrowUp" && count) marked.value = marked.value <= 0 ? count - 1 : marked.value - 1;
    else return false;
    event.preventDefault();
    open.value = event.key !== "Escape";
    document.getElementById(markedLine.value?.key ?? "")?.scrollIntoView({ block: "nearest" });
    return true;
  }
  onScopeDispose(() => (clearTimeout(timer), asking.abort()));
  return { id, words, open, busy, trouble, groups, asked, marked, markedLine, line, lines, shown, typed, close, onKey };
}
