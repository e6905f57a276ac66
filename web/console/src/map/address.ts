/** What the address of a page with a map says: the filter's names are those of the list, the rest is the page's own. */
import type { LocationQuery, LocationQueryRaw } from "vue-router";
import { FILTER_NAMES } from "@/cases/filter";
import { boxOf } from "./picking";

/** An address's query with another filter, everything else in it kept. */
export function pageQuery(query: LocationQuery, written: Partial<Record<string, string>>): LocationQueryRaw {
  const own = Object.entries(query).filter(([name]) => !(FILTER_NAMES as readonly string[]).includes(name));
  return { ...Object.fromEntries(own), ...written };
}

/** The box that an address asks for, such as a link from the list of cases. */
export function boxQuery(query: LocationQuery): [number, number, number, number] | null {
  return typeof query.bbox === "string" ? boxOf(query.bbox) : null;
}
