/** What a list of cases is narrowed to: the same names in the address of the page and in the API. */
import type { components } from "@shared/api/schema";
import type { Lamp } from "@shared/ui/LampMark.vue";

export type CaseItem = components["schemas"]["CaseItemOut"];
export type CaseState = components["schemas"]["State"];
export type CaseSource = components["schemas"]["Source"];
export type { Lamp };

export const STATES = [
  "received", "verifying", "to_file", "to_dispatch", "handling", "on_hold", "to_check", "to_close",
  "closed", "rejected", "void", "merged",
] as const satisfies readonly CaseState[];
export const OPEN_STATES = STATES.slice(0, 8);
export const LAMPS = ["red", "yellow", "green", "grey"] as const satisfies readonly Lamp[];
export const SOURCES = [
  "citizen", "inspector", "hotline", "video", "secret_inspection", "planned_inspection", "media", "superior", "open311",
] as const satisfies readonly CaseSource[];
export const MARKS = ["mine", "supervised", "extension", "hold", "appeal", "returned"] as const;
export type Mark = (typeof MARKS)[number];
export const SORTS = ["-opened_at", "opened_at", "due_at", "-due_at", "-updated_at", "updated_at"] as const;
export type Sort = (typeof SORTS)[number];

export interface CaseFilter {
  state: CaseState[];
  /** Type codes, or exactly `scheme|kind|code`. */
  type: string[];
  /** Code of an area of any level. */
  area: string;
  /** The lead organisation, by code or id. */
  owner: string;
  lamp: Lamp[];
  source: CaseSource[];
  /** Days of the city, or instants; both ends included. */
  from: string;
  to: string;
  q: string;
  /** Code of a part. */
  part: string;
  /** Cases that somebody in particular has to look at. */
  mark: Mark | "";
  /** west,south,east,north in degrees. */
  bbox: string;
  sort: Sort;
}

export type FilterName = keyof CaseFilter;
export const FILTER_NAMES = ["state", "type", "area", "owner", "lamp", "source", "from", "to", "q", "part", "mark", "bbox", "sort"] as const satisfies readonly FilterName[];
export const DEFAULT_SORT: Sort = "-opened_at";

/** A value of the address that means nothing; `why` is a key under `cases.fault`. */
export interface FilterFault {
  name: FilterName;
  value: string;
  why: "state" | "lamp" | "source" | "mark" | "sort" | "area" | "day" | "box" | "empty" | "long" | "order";
}

export function emptyFilter(given: Partial<CaseFilter> = {}): CaseFilter {
  return { state: [], type: [], area: "", owner: "", lamp: [], source: [], from: "", to: "", q: "", part: "", mark: "", bbox: "", sort: DEFAULT_SORT, ...given };
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/i;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

function isMoment(text: string): boolean {
  if (INSTANT.test(text)) return !Number.isNaN(Date.parse(text));
  if (!DAY.test(text)) return false;
  // 2026-02-30 is read as a day of March; only a real day comes back as it went in.
  const read = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(text);
}

function isBox(text: string): boolean {
  const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (numbers.length !== 4 || !numbers.every(Number.isFinite)) return false;
  const [west, south, east, north] = numbers as [number, number, number, number];
  return west >= -180 && west <= east && east <= 180 && south >= -90 && south <= north && north <= 90;
}

const ONE: Partial<Record<FilterName, [(text: string) => boolean, FilterFault["why"]]>> = {
  area: [(text) => /^\d{1,15}$/.test(text), "area"],
  owner: [(text) => text.length <= 80, "long"],
  from: [isMoment, "day"],
  to: [isMoment, "day"],
  q: [(text) => text.length <= 100, "long"],
  part: [(text) => text.length <= 40, "long"],
  mark: [(text) => (MARKS as readonly string[]).includes(text), "mark"],
  bbox: [isBox, "box"],
  sort: [(text) => (SORTS as readonly string[]).includes(text), "sort"],
};
const SEVERAL: Partial<Record<FilterName, [readonly string[] | null, FilterFault["why"]]>> = {
  state: [STATES, "state"],
  lamp: [LAMPS, "lamp"],
  source: [SOURCES, "source"],
  type: [null, "empty"],
};

/** As vue-router reads an address: a value, several of the same name, or a name without one. */
export type Query = Record<string, string | null | undefined | readonly (string | null)[]>;

/** The filter of an address. What means nothing is left out and named in `faults`, never kept in silence. */
export function readFilter(query: Query): { filter: CaseFilter; faults: FilterFault[] } {
  const filter = emptyFilter();
  const faults: FilterFault[] = [];
  const set = (name: FilterName, value: unknown) => Object.assign(filter, { [name]: value });
  for (const name of FILTER_NAMES) {
    const given = [query[name]].flat().filter((value): value is string => typeof value === "string" && value.trim() !== "");
    if (!given.length) continue;
    const several = SEVERAL[name];
    if (several) {
      const values = [...new Set(given.join(",").split(",").map((part) => part.trim()))];
      const bad = values.filter((value) => !value || (several[0] && !several[0].includes(value)));
      faults.push(...bad.map((value) => ({ name, value, why: value ? several[1] : ("empty" as const) })));
      set(name, values.filter((value) => !bad.includes(value)));
    } else {
      const [good, why] = ONE[name]!;
      const value = given.at(-1)!.trim();
      if (good(value)) set(name, value);
      else faults.push({ name, value, why });
    }
  }
  if (filter.from && filter.to && DAY.test(filter.from) && DAY.test(filter.to) && filter.from > filter.to) {
    faults.push({ name: "to", value: filter.to, why: "order" });
    filter.to = "";
  }
  return { filter, faults };
}

/** What the API is asked; also what a saved filter keeps. Only what is given, lists with commas. */
export function writeFilter(filter: CaseFilter): Partial<Record<FilterName, string>> {
  const written: Partial<Record<FilterName, string>> = {};
  for (const name of FILTER_NAMES) {
    const value = filter[name];
    const text = Array.isArray(value) ? value.join(",") : value;
    if (text && !(name === "sort" && text === DEFAULT_SORT)) written[name] = text;
  }
  return written;
}

/** The same cases in the same order? */
export function sameFilter(one: CaseFilter, other: CaseFilter): boolean {
  return JSON.stringify(writeFilter(one)) === JSON.stringify(writeFilter(other));
}

export const isNarrowed = (filter: CaseFilter): boolean => Object.keys(writeFilter({ ...filter, sort: DEFAULT_SORT })).length > 0;

function beginOf(text: string, dayOf: (instant: string) => string, opened: string): boolean {
  return DAY.test(text) ? dayOf(opened) >= text : Date.parse(opened) >= Date.parse(text);
}

function endOf(text: string, dayOf: (instant: string) => string, opened: string): boolean {
  return DAY.test(text) ? dayOf(opened) <= text : Date.parse(opened) < Date.parse(text);
}

function inBox(text: string, { lon, lat }: CaseItem["position"]): boolean {
  const [west, south, east, north] = text.split(",").map(Number) as [number, number, number, number];
  return west <= lon && lon <= east && south <= lat && lat <= north;
}

function hasType(wanted: string[], type: CaseItem["type"]): boolean {
  return type !== null && (wanted.includes(type.code) || wanted.includes(`${type.scheme}|${type.kind}|${type.code}`));
}

/** Whether a case belongs to the list, as the API would say (of `mark` only the API can say); `dayOf` names the day of an instant in the city's zone. */
export function matches(item: CaseItem, filter: CaseFilter, dayOf: (instant: string) => string, partCode?: string | null): boolean {
  const { state, source, lamp, type, area, owner, bbox, q, part } = filter;
  const words = q.toLowerCase();
  return (
    (!state.length || state.includes(item.state)) &&
    (!source.length || source.includes(item.source)) &&
    (!lamp.length || (item.lamp !== null && lamp.includes(item.lamp))) &&
    (!type.length || hasType(type, item.type)) &&
    (!area || item.cell.code.startsWith(area)) &&
    (!owner || item.owner?.code === owner || item.owner?.id === owner) &&
    (!part || partCode === part) &&
    (!bbox || inBox(bbox, item.position)) &&
    (!filter.from || beginOf(filter.from, dayOf, item.opened_at)) &&
    (!filter.to || endOf(filter.to, dayOf, item.opened_at)) &&
    (!q || item.number.startsWith(q) || [item.description, item.address].some((text) => text?.toLowerCase().includes(words)))
  );
}
