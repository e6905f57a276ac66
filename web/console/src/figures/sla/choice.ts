/** What the dashboard shows, as it stands in the address: time, ground, comparison, and the number whose cases are open. */
import type { LocationQuery } from "vue-router";
import { HEAT_COUNTS, type HeatCount } from "./heat";
import { METRICS, type MetricName } from "./metrics";
import { OPEN_GROUPS, type OpenGroup } from "./open";
import { isDay, isSpan, spanOf, TIMES, type Against, type NamedTime, type Span } from "./spans";
import { SPENT_GROUPS, type SpentGroup } from "./stages";
import { readTold, writeTold, type Told } from "./behind";

export const GROUPS = ["district", "street", "unit", "type", "class", "source"] as const;
export type GroupBy = (typeof GROUPS)[number];

/** A number whose cases are looked at. */
export interface Opened extends Told {
  /** Dimensions and the group's values, in the same order. */
  by: string[];
  group: string[];
}
export interface Choice {
  time: NamedTime | Span;
  area: string;
  unit: string;
  against: Against;
  metric: MetricName;
  by: GroupBy;
  /** By what open work and the time of stages are told apart, and what is counted in the week. */
  open_by: OpenGroup;
  spent_by: SpentGroup;
  week: HeatCount;
  opened: Opened | null;
}

const LONGEST_GROUP = 400;
export const DEFAULT: Choice = { time: "this_month", area: "", unit: "", against: "previous", metric: "on_time_handled_rate", by: "district", open_by: "state", spent_by: "unit", week: "reports", opened: null };

const one = <Known extends string>(known: readonly Known[], value: unknown, otherwise: Known): Known => known.find((name) => name === value) ?? otherwise;
const word = (value: unknown): string => (typeof value === "string" ? value : "");

/** What is not understood is left at its usual value: an address is a help, never an error. */
export function readChoice(query: LocationQuery): Choice {
  const days = isDay(query.from) && isDay(query.to) ? { from: query.from, to: query.to } : null;
  const span = days && isSpan(days) ? days : null;
  return {
    time: span ?? one(TIMES, query.time, "this_month"),
    area: /^\d{2,15}$/.test(word(query.area)) ? word(query.area) : "",
    unit: word(query.unit).slice(0, 80),
    against: one(["previous", "year_before"] as const, query.against, DEFAULT.against),
    metric: one(Object.keys(METRICS) as MetricName[], query.metric, DEFAULT.metric),
    by: one(GROUPS, query.by, DEFAULT.by),
    open_by: one(OPEN_GROUPS, query.open_by, DEFAULT.open_by),
    spent_by: one(SPENT_GROUPS, query.spent_by, DEFAULT.spent_by),
    week: one(HEAT_COUNTS, query.week, DEFAULT.week),
    opened: readOpened(query),
  };
}

function readOpened(query: LocationQuery): Opened | null {
  const told = readTold((name) => word(query[name]));
  if (!told) return null;
  const [by, group] = [word(query.group_by), word(query.group).slice(0, LONGEST_GROUP)].map((text) => (text ? text.split(",") : [])) as [string[], string[]];
  return by.length === group.length ? { ...told, by, group } : null;
}

/** Only what is not usual stands in the address. */
export function writeChoice(choice: Choice): Record<string, string> {
  const query: Record<string, string> = {};
  if (typeof choice.time === "string") {
    if (choice.time !== DEFAULT.time) query.time = choice.time;
  } else Object.assign(query, choice.time);
  for (const name of ["area", "unit", "against", "metric", "by", "open_by", "spent_by", "week"] as const) if (choice[name] !== DEFAULT[name]) query[name] = choice[name];
  if (choice.opened) {
    Object.assign(query, writeTold(choice.opened));
    if (choice.opened.by.length) Object.assign(query, { group_by: choice.opened.by.join(","), group: choice.opened.group.join(",") });
  }
  return query;
}

export const spanIn = (choice: Choice, on: string): Span => (typeof choice.time === "string" ? spanOf(choice.time, on) : choice.time);
