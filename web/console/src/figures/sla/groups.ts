/** Groups of a summary: how they are named, asked for, and which of them got worse. */
import type { CaseType } from "@/cases/names";
import { change } from "../number";
import { count, figure, metricOf, type MetricName, type Row } from "./metrics";

export const SMALL_SAMPLE = 10;

/** A line of any analysis: its dimensions by name beside what it tells. */
export type Group = Readonly<Record<string, unknown>>;

/** The value by which the group is asked for: code, or scheme|kind|code of types and classes; "-" for none. */
export function valueOf(row: Group, dimension: string): string {
  const value = row[dimension] as Row[string] | undefined;
  if (value === null || value === undefined) return "-";
  if (typeof value !== "object") return String(value);
  return value.scheme ? `${value.scheme}|${value.kind}|${value.code}` : value.code;
}

/** The name of the group; null where its cases have none. */
export function nameIn(row: Group, dimension: string): string | null {
  const value = row[dimension] as Row[string] | undefined;
  if (value === null || value === undefined) return null;
  return typeof value === "object" ? value.name : String(value);
}

/** What a type or a class is called that is asked for by scheme|kind|code; null where nobody knows it. */
export function typeName(types: readonly CaseType[], dimension: "type" | "class", value: string): string | null {
  const found = types.find((type) => [type.scheme, type.kind, dimension === "type" ? type.code : type.class_code].join("|") === value);
  return found ? (dimension === "type" ? found.name : found.class_name) : null;
}

export interface Compared {
  key: string;
  name: string | null;
  row: Row;
  before: Row | null;
  value: number | null;
  change: number | null;
  /** Too few cases to say much. */
  small: boolean;
}

/** Groups with what they were before, in the order of the figure: the worst first, those with nothing to count last. */
export function compared(rows: readonly Row[], before: readonly Row[], dimension: string, metric: MetricName): Compared[] {
  const { form, good, among } = metricOf(metric);
  const old = new Map(before.map((row) => [valueOf(row, dimension), row]));
  return rows
    .map((row) => {
      const key = valueOf(row, dimension);
      const then = old.get(key) ?? null;
      const value = figure(row, metric);
      return { key, name: nameIn(row, dimension), row, before: then, value, change: change(value, figure(then, metric), form), small: count(row, among) < SMALL_SAMPLE };
    })
    .sort((one, other) => {
      if (one.value === null || other.value === null) return Number(one.value === null) - Number(other.value === null);
      return (one.value - other.value) * (good || 1) || count(other.row, among) - count(one.row, among);
    });
}

/** Those that got worse most, of enough cases now and before. */
export function worsened(groups: readonly Compared[], metric: MetricName, most: number): Compared[] {
  const { good, among } = metricOf(metric);
  return groups
    .filter((one) => one.change !== null && one.change * good < -0.005 && !one.small && count(one.before, among) >= SMALL_SAMPLE)
    .sort((one, other) => (one.change! - other.change!) * good)
    .slice(0, most);
}
