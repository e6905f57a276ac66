/** Names of what filters choose from: types, organisations, areas. Asked for once a page. */
import { api } from "@shared/api/client";
import type { components } from "@shared/api/schema";
import { reactive, shallowRef } from "vue";

export type CaseType = Pick<components["schemas"]["TypeOut"], "scheme" | "kind" | "code" | "name" | "class_code" | "class_name">;
export type Organization = components["schemas"]["ListedOrganizationOut"];
type Area = components["schemas"]["AreaOut"];

/** All pages of a list, one after the other. */
export async function all<Item>(page: (cursor?: string) => Promise<{ items: Item[]; next_cursor: string | null }>): Promise<Item[]> {
  const found: Item[] = [];
  let cursor: string | undefined;
  do {
    const answer = await page(cursor);
    found.push(...answer.items);
    cursor = answer.next_cursor ?? undefined;
  } while (cursor);
  return found;
}

/** Once for everybody; what failed is asked for again. */
function once<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let asked: Promise<Value> | null = null;
  return () =>
    (asked ??= ask().catch((error: unknown) => {
      asked = null;
      throw error;
    }));
}

export const types = shallowRef<readonly CaseType[]>([]);
export const loadTypes = once(async () => {
  types.value = await all(async (cursor) => (await api.GET("/api/v1/types", { params: { query: { limit: 500, cursor } } })).data!);
  return types.value;
});

export const organizations = shallowRef<readonly Organization[]>([]);
export const loadOrganizations = once(async () => {
  organizations.value = await all(async (cursor) => (await api.GET("/api/v1/organizations", { params: { query: { limit: 500, cursor } } })).data!);
  return organizations.value;
});

/** Areas whose names were needed, by code. */
export const areas = reactive(new Map<string, string>());
const asking = new Set<string>();

export function keepArea(area: Pick<Area, "code" | "name">): void {
  areas.set(area.code, area.name);
}

export async function nameArea(code: string): Promise<void> {
  if (!code || areas.has(code) || asking.has(code)) return;
  asking.add(code);
  try {
    keepArea((await api.GET("/api/v1/grid/areas/{code}", { params: { path: { code } } })).data!);
  } finally {
    asking.delete(code);
  }
}

/** The areas right below one, or the city itself. */
export async function areasBelow(parent: string | null): Promise<Area[]> {
  const query = parent ? { parent, limit: 500 } : { level: "city" as const, limit: 500 };
  const found = await all(async (cursor) => (await api.GET("/api/v1/grid/areas", { params: { query: { ...query, cursor } } })).data!);
  found.forEach(keepArea);
  return found;
}

/** What a type is called in a filter: by code where only one scheme in use has it. */
export const typeKey = (type: CaseType): string => `${type.scheme}|${type.kind}|${type.code}`;
