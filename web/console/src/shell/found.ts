/** Where things that the search box finds are looked at. */
import type { components } from "@shared/api/schema";
import type { RouteLocationRaw } from "vue-router";

export type Group = components["schemas"]["FoundGroupOut"];
export type Found = components["schemas"]["FoundOut"];
export interface Line extends Found {
  kind: Group["kind"];
  /** Id of its element, for screen readers. */
  key: string;
}

export function linesOf(groups: readonly Group[], id: string): Line[] {
  return groups.flatMap((group) => group.items.map((item, index) => ({ ...item, kind: group.kind, key: `${id}-${group.kind}-${index}` })));
}

export function targetOf(line: Found & { kind: Group["kind"] }, may: (page: string) => boolean): RouteLocationRaw {
  switch (line.kind) {
    case "case":
      return { name: "case", params: { number: line.number! } };
    case "area":
      return { name: "map", query: { area: line.code! } };
    case "part":
      return { name: "parts", params: { code: line.code! } };
    case "unit":
      return { name: "cases", query: { owner: line.code! } };
    case "person":
      if (may("admin")) return { name: "admin", query: { tab: "people", person: line.id! } };
      return may("field") ? { name: "field", query: { person: line.id! } } : { name: "cases", query: { q: line.title } };
  }
}

const LEVEL_OF: Readonly<Record<number, string>> = { 4: "city", 6: "district", 9: "street", 12: "community", 15: "cell" };

/** What stands below the name: of areas the code and the level, which its digits tell (a key under `terms.level`). */
export function levelOf(line: Found): string | null {
  return LEVEL_OF[line.code?.length ?? 0] ?? null;
}
