/** Types as they are picked: found by words, grouped by class, one's own usual ones first. */
import { api } from "@shared/api/client";
import type { components } from "@shared/api/schema";

export type TypeRow = components["schemas"]["TypeOut"];
export interface TypeKey {
  scheme: string;
  kind: "part" | "matter";
  code: string;
}

const FAVOURITES = "fieldgrid.types";
const MOST_FAVOURITES = 8;
const MOST_FOUND = 80;
const known = new Map<string, TypeRow>();

export const idOf = (type: { scheme: string; kind: string; code: string }): string => `${type.scheme}|${type.kind}|${type.code}`;

export function keyOf(id: string): TypeKey {
  const [scheme = "", kind = "", code = ""] = id.split("|");
  return { scheme, kind: kind === "part" ? "part" : "matter", code };
}

/** Raises: Refused. */
export async function searchTypes(q: string, scheme: string | undefined): Promise<TypeRow[]> {
  const query = { limit: MOST_FOUND, ...(q ? { q } : {}), ...(scheme ? { scheme } : {}) };
  const items = (await api.GET("/api/v1/types", { params: { query } })).data!.items;
  items.forEach((type) => known.set(idOf(type), type));
  return items;
}

/** The type with its conditions; null where the catalogue no longer has it. Raises: Refused. */
export async function findType(id: string): Promise<TypeRow | null> {
  if (!known.has(id)) {
    const { scheme, kind, code } = keyOf(id);
    const query = { scheme, kind, q: code, limit: MOST_FOUND };
    const items = (await api.GET("/api/v1/types", { params: { query } })).data!.items;
    items.forEach((type) => known.set(idOf(type), type));
  }
  return known.get(id) ?? null;
}

export interface Group {
  name: string;
  types: TypeRow[];
}

export function byClass(types: readonly TypeRow[]): Group[] {
  const groups = new Map<string, TypeRow[]>();
  for (const type of types) groups.set(type.class_name, [...(groups.get(type.class_name) ?? []), type]);
  return [...groups].map(([name, members]) => ({ name, types: members }));
}

/** What this person picked before, the latest first. */
export function favourites(storage: Storage): string[] {
  try {
    const kept = JSON.parse(storage.getItem(FAVOURITES) ?? "[]") as unknown;
    return Array.isArray(kept) ? kept.filter((id): id is string => typeof id === "string") : [];
  } catch {
    return [];
  }
}

export function remember(storage: Storage, id: string): void {
  const kept = [id, ...favourites(storage).filter((other) => other !== id)].slice(0, MOST_FAVOURITES);
  storage.setItem(FAVOURITES, JSON.stringify(kept));
}
