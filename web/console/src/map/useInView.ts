/** The cases in view, for the table: as many as the list gives at a time, read on when asked. */
import { api } from "@shared/api/client";
import { Refused } from "@shared/api/problem";
import type { components } from "@shared/api/schema";
import { onScopeDispose, ref, watch, type Ref } from "vue";
import type { TileFilter } from "./filters";
import type { Bounds } from "./useMap";

export type Row = components["schemas"]["CaseItemOut"];
const PAGE = 50;
const SETTLED_MS = 300;

export function boxText(bounds: Bounds): string {
  const [west, south, east, north] = bounds;
  const within = (value: number, most: number) => Math.max(-most, Math.min(most, value)).toFixed(6);
  return [within(west, 180), within(south, 90), within(east, 180), within(north, 90)].join(",");
}

export function useInView(bounds: Ref<Bounds>, filter: Ref<TileFilter>) {
  const rows = ref<Row[]>([]);
  const next = ref<string | null>(null);
  const loading = ref(true);
  const trouble = ref<Refused | null>(null);
  let asked = 0;

  async function load(more = false): Promise<void> {
    const mine = ++asked;
    loading.value = true;
    trouble.value = null;
    try {
      const query = { ...filter.value, bbox: boxText(bounds.value), limit: PAGE, cursor: more ? (next.value ?? undefined) : undefined };
      const page = (await api.GET("/api/v1/cases", { params: { query } })).data!;
      if (mine !== asked) return;
      rows.value = more ? [...rows.value, ...page.items] : page.items;
      next.value = page.next_cursor ?? null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (mine === asked) trouble.value = error;
    } finally {
      if (mine === asked) loading.value = false;
    }
  }

  let timer = 0;
  watch(
    [bounds, filter],
    () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => void load(), SETTLED_MS);
    },
    { deep: true, immediate: true },
  );
  onScopeDispose(() => clearTimeout(timer));
  return { rows, next, loading, trouble, load };
}
