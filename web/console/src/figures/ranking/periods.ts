/** Names of periods as the API writes them: 2026-10-05, 2026-W41, 2026-10, 2026-Q4, 2026. Days are the city's. */

import { isDay } from "../sla/spans";

export const KINDS = ["day", "week", "month", "quarter", "year"] as const;
export type Kind = (typeof KINDS)[number];

const SHAPES: readonly [Kind, RegExp][] = [
  ["day", /^\d{4}-\d{2}-\d{2}$/],
  ["week", /^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$/],
  ["month", /^\d{4}-(0[1-9]|1[0-2])$/],
  ["quarter", /^\d{4}-Q[1-4]$/],
  ["year", /^\d{4}$/],
];
const DAY_MS = 86_400_000;
const two = (value: number) => String(value).padStart(2, "0");
const iso = (day: Date) => `${day.getUTCFullYear()}-${two(day.getUTCMonth() + 1)}-${two(day.getUTCDate())}`;
const utc = (year: number, month: number, day: number) => new Date(Date.UTC(year, month, day));

/** What a name is the name of; null: of nothing, such as a day that there is not. */
export function kindOf(name: string): Kind | null {
  const kind = SHAPES.find(([, shape]) => shape.test(name))?.[0] ?? null;
  return kind === "day" && !isDay(name) ? null : kind;
}

/** Today in a zone, as a day without one. */
export function today(now: number, zone: string): Date {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(now);
  return new Date(`${parts}T00:00:00Z`);
}

/** The name of the period of a kind in which a day lies. */
export function named(kind: Kind, day: Date): string {
  const year = day.getUTCFullYear();
  if (kind === "day") return iso(day);
  if (kind === "month") return `${year}-${two(day.getUTCMonth() + 1)}`;
  if (kind === "quarter") return `${year}-Q${Math.floor(day.getUTCMonth() / 3) + 1}`;
  if (kind === "year") return String(year);
  // The week's year is that of its Thursday.
  const thursday = new Date(day.getTime() + (4 - (day.getUTCDay() || 7)) * DAY_MS);
  const first = utc(thursday.getUTCFullYear(), 0, 1);
  return `${thursday.getUTCFullYear()}-W${two(Math.floor((thursday.getTime() - first.getTime()) / (7 * DAY_MS)) + 1)}`;
}

/** The first day of a period. */
export function firstDay(name: string): Date {
  const year = Number(name.slice(0, 4));
  const rest = Number(name.slice(5).replace(/^[QW]/, "").slice(0, 2));
  switch (kindOf(name)) {
    case "day":
      return new Date(`${name}T00:00:00Z`);
    case "month":
      return utc(year, rest - 1, 1);
    case "quarter":
      return utc(year, (rest - 1) * 3, 1);
    case "week": {
      const fourth = utc(year, 0, 4);
      const monday = fourth.getTime() - ((fourth.getUTCDay() || 7) - 1) * DAY_MS;
      return new Date(monday + (rest - 1) * 7 * DAY_MS);
    }
    default:
      return utc(year, 0, 1);
  }
}

/** The period of the same kind just before. */
export const before = (name: string): string => named(kindOf(name)!, new Date(firstDay(name).getTime() - DAY_MS));

/** The period of the same kind just after. */
export function after(name: string): string {
  const kind = kindOf(name)!;
  const days = { day: 1, week: 7, month: 31, quarter: 92, year: 366 }[kind];
  return named(kind, new Date(firstDay(name).getTime() + days * DAY_MS));
}

/** The last so many periods of a kind up to a day, the latest first, with `also` among them. */
export function lately(kind: Kind, day: Date, also: string, count = 24): string[] {
  const found = [named(kind, day)];
  while (found.length < count) found.push(before(found[found.length - 1]!));
  if (kindOf(also) === kind && !found.includes(also)) found.push(also);
  return found.sort((one, other) => firstDay(other).getTime() - firstDay(one).getTime());
}

/** What a period is called: key and values of its message. */
export function spoken(name: string): { key: string; values: Record<string, string> } {
  const kind = kindOf(name) ?? "day";
  const last = name.slice(5).replace(/^[QW]/, "");
  return { key: `evaluation.period.${kind}`, values: { name, year: name.slice(0, 4), last: String(Number(last) || last) } };
}
