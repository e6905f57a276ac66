/** What is measured: of which counts each figure is made, and which way is better. */
import type { Form, Good } from "../number";

export interface Ref {
  code: string;
  name: string;
  scheme?: string;
  kind?: string;
}
/** A group of a summary: its dimensions by name beside its numbers. */
export type Row = Readonly<Record<string, number | string | Ref | null>>;

interface Metric {
  form: Form;
  good: Good;
  /** The count whose cases stand behind the figure, and the one it is a share of. */
  of: string;
  among: string;
}

const rate = (of: string, among: string, good: Good): Metric => ({ form: "rate", good, of, among });

export const METRICS = {
  on_time_handled_rate: rate("on_time", "due", 1),
  overdue_open_rate: rate("overdue_open", "due", -1),
  rework_rate: rate("reworked", "due", -1),
  extension_rate: rate("extended", "due", -1),
  hold_rate: rate("held", "due", -1),
  accurate_filing_rate: rate("filed_accurately", "filed", 1),
  accurate_dispatch_rate: rate("dispatched_accurately", "dispatched", 1),
  repeat_rate: rate("repeated", "closed", -1),
  satisfaction_share: rate("satisfied", "rated", 1),
  satisfaction_mean: { form: "score", good: 1, of: "rated", among: "rated" },
  median_s: { form: "time", good: -1, of: "handled", among: "handled" },
  p90_s: { form: "time", good: -1, of: "handled", among: "handled" },
} as const satisfies Record<string, Metric>;
export type MetricName = keyof typeof METRICS;

export const VOLUMES = ["reports", "filed", "dispatched", "closed", "forced", "void", "misrouted"] as const;
export const metricOf = (name: MetricName): Metric => METRICS[name];

/** A count of a group; nothing counted is 0. */
export const count = (row: Row | null, name: string): number => {
  const value = row?.[name];
  return typeof value === "number" ? value : 0;
};

/** A figure of a group; null where there is nothing to count. */
export function figure(row: Row | null, name: MetricName): number | null {
  const value = row?.[name];
  return typeof value === "number" ? value : null;
}

/** What stands above and below the line; of a mean the sum above. */
export function parts(row: Row | null, name: MetricName): { numerator: number; denominator: number } {
  const { form, of, among } = metricOf(name);
  const denominator = count(row, among);
  return { numerator: form === "score" ? Math.round((figure(row, name) ?? 0) * denominator) : count(row, of), denominator };
}
