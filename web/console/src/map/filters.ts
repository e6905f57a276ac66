/** What narrows the cases on a map: the names of `GET /cases` that tiles know too. */

import type { Mark } from "@/cases/filter";

export const FILTER_NAMES = ["state", "type", "area", "owner", "lamp", "source", "mark", "part", "q", "from", "to"] as const;
export type FilterName = (typeof FILTER_NAMES)[number];
/** Several values of one name stand with commas between, as the API reads them (`writeFilter` of cases/filter.ts makes it). */
export type TileFilter = Partial<Record<Exclude<FilterName, "mark">, string>> & { mark?: Mark };

/** Only names that tiles know and that carry something, always in the same order. */
export function cleaned(filter: Partial<Record<string, string>>): TileFilter {
  const found: Partial<Record<FilterName, string>> = {};
  for (const name of FILTER_NAMES) {
    const value = filter[name]?.trim();
    if (value) found[name] = value;
  }
  return found as TileFilter;
}

/** As an address carries it: `?state=…`, empty where nothing narrows. */
export function queryOf(values: Record<string, string | undefined>): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value) parts.set(name, value);
  const text = parts.toString();
  return text ? `?${text}` : "";
}
