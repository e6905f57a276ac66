/** Which parts are shown: the same names in the address of the page, of the list and of the map. */
import type { LocationQuery, LocationQueryRaw } from "vue-router";

export const PART_STATES = ["intact", "damaged", "missing", "occupied", "retired"] as const;
export type PartState = (typeof PART_STATES)[number];
export const PART_FILTER_NAMES = ["type", "owner", "state", "area", "q"] as const;
export type PartFilter = Record<(typeof PART_FILTER_NAMES)[number], string>;

const GOOD: Partial<Record<keyof PartFilter, (value: string) => boolean>> = {
  state: (value) => value.split(",").every((one) => (PART_STATES as readonly string[]).includes(one)),
  area: (value) => /^\d{1,15}$/.test(value),
  q: (value) => value.length <= 100,
  owner: (value) => value.length <= 80,
};

/** The filter of an address; what means nothing is left out. */
export function readParts(query: LocationQuery): PartFilter {
  const filter: PartFilter = { type: "", owner: "", state: "", area: "", q: "" };
  for (const name of PART_FILTER_NAMES) {
    const given = query[name];
    const value = (Array.isArray(given) ? given.filter(Boolean).join(",") : (given ?? "")).trim();
    if (value && (GOOD[name]?.(value) ?? true)) filter[name] = value;
  }
  return filter;
}

/** Only what narrows. */
export function writeParts(filter: PartFilter): Partial<PartFilter> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value.trim()));
}

export function withParts(query: LocationQuery, filter: PartFilter): LocationQueryRaw {
  const own = Object.entries(query).filter(([name]) => !(PART_FILTER_NAMES as readonly string[]).includes(name));
  return { ...Object.fromEntries(own), ...writeParts(filter) };
}
