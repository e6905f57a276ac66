/** Times that move with the day on which one asks. */
import { before, firstDay, named, type Kind } from "../ranking/periods";
import { spanOf, type Span } from "../sla/spans";

export const TIMES = ["yesterday", "last_7_days", "last_week", "last_30_days", "this_month", "last_month", "last_quarter", "last_year"] as const;
export type TimeName = (typeof TIMES)[number];

const DAY_MS = 86_400_000;
const back = (day: string, days: number): string => new Date(Date.parse(`${day}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
const KIND: Partial<Record<TimeName, Kind>> = { yesterday: "day", last_week: "week", this_month: "month", last_month: "month", last_quarter: "quarter", last_year: "year" };

/** Those that an analysis can be of; the names of periods are fewer. */
export const timeOf = (takes: "span" | "period" | "now"): readonly TimeName[] => (takes === "span" ? TIMES : takes === "period" ? TIMES.filter((time) => KIND[time]) : []);

/** The days of a time, seen from a day of the city. */
export function daysOfTime(time: TimeName, on: string): Span {
  switch (time) {
    case "yesterday":
      return { from: back(on, 1), to: back(on, 1) };
    case "last_7_days":
      return { from: back(on, 7), to: back(on, 1) };
    case "last_30_days":
      return { from: back(on, 30), to: back(on, 1) };
    case "last_week": {
      const monday = firstDay(before(named("week", new Date(`${on}T00:00:00Z`)))).toISOString().slice(0, 10);
      return { from: monday, to: back(monday, -6) };
    }
    default:
      return spanOf(time, on);
  }
}

/** The period of the calendar that a time is; null for a time that is none. */
export function periodOf(time: TimeName, on: string): string | null {
  const kind = KIND[time];
  if (!kind) return null;
  const present = named(kind, new Date(`${on}T00:00:00Z`));
  return time === "this_month" ? present : before(present);
}
