/** Open work now: how old it is, under which lamp; and how it is found among the cases. */
import type { Lamp } from "@shared/ui/LampMark.vue";
import { OPEN_STATES } from "@/cases/filter";
import { count, type Row } from "./metrics";

const DAY_MS = 86_400_000;
/** Bands of age with their bounds in days: at least, less than. */
export const AGES = [
  { name: "under_1d", since: 0, until: 1 },
  { name: "d1_3", since: 1, until: 3 },
  { name: "d3_7", since: 3, until: 7 },
  { name: "d7_30", since: 7, until: 30 },
  { name: "over_30d", since: 30, until: null },
] as const;
export type Age = (typeof AGES)[number];
/** Names of the counts by lamp, and the lamp's own. */
export const LAMPS = { red: "red", amber: "yellow", green: "green", paused: "grey" } as const satisfies Record<string, Lamp>;
export type LampCount = keyof typeof LAMPS;

export interface Ground {
  area: string;
  unit: string;
}
export const OPEN_GROUPS = ["state", "district", "street", "unit", "class", "source"] as const;
export type OpenGroup = (typeof OPEN_GROUPS)[number];

/** Of the groups those whose cases the list of cases can show; a class is several types. */
export function groupQuery(by: OpenGroup, key: string): Record<string, string> | null {
  if (key === "-") return null;
  const names: Partial<Record<OpenGroup, string>> = { state: "state", district: "area", street: "area", unit: "owner", source: "source" };
  const name = names[by];
  return name ? { [name]: key } : null;
}

/** The page of cases with open ones of a ground, under a lamp or of an age as of an instant. */
export function openQuery({ area, unit }: Ground, { lamp, age, asOf, group = {} }: { lamp?: LampCount; age?: Age; asOf?: string; group?: Record<string, string> } = {}): Record<string, string> {
  const query: Record<string, string> = { state: OPEN_STATES.join(","), ...(area && { area }), ...(unit && { owner: unit }), ...group };
  if (lamp) query.lamp = LAMPS[lamp];
  if (age && asOf) {
    const ago = (days: number) => new Date(Date.parse(asOf) - days * DAY_MS).toISOString();
    if (age.until !== null) query.from = ago(age.until);
    if (age.since > 0) query.to = ago(age.since);
  }
  return query;
}

/** The sum of a count over all groups. */
export const sumOf = (rows: readonly Row[], name: string): number => rows.reduce((sum, row) => sum + count(row, name), 0);
