/** A list that is read page by page, anew when what is asked for changes. */
import { Refused } from "@shared/api/problem";
import { ref, watch, type WatchSource } from "vue";

interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

export function usePages<Item>(asked: WatchSource, ask: (cursor?: string) => Promise<Page<Item>>) {
  const rows = ref<Item[]>([]) as { value: Item[] };
  const next = ref<string | null>(null);
  const loading = ref(false);
  const trouble = ref<Refused | null>(null);
  let turn = 0;

  async function load(more = false): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    trouble.value = null;
    try {
      const page = await ask(more ? (next.value ?? undefined) : undefined);
      // An answer to an earlier question is not shown for a later one.
      if (mine !== turn) return;
      rows.value = more ? [...rows.value, ...page.items] : page.items;
      next.value = page.next_cursor;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (mine === turn) trouble.value = error;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }
  watch(asked, () => void load(), { immediate: true, deep: true });
  return { rows, next, loading, trouble, load };
}
