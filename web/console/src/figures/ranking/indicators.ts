/** What the indicators are: for whom, in which form, and which way is better. */
import { amount, percent, workingTime, type Good } from "../number";

export const SUBJECTS = ["city", "district", "street", "community", "cell", "unit", "inspector", "operator", "shift_leader", "dispatcher"] as const;
export type Subject = (typeof SUBJECTS)[number];
/** Of these many are ranked: the city is one. */
export const RANKED = SUBJECTS.filter((subject) => subject !== "city");
export const AREAS = ["district", "street", "community", "cell"] as const;
export type AreaSubject = (typeof AREAS)[number];

export type IndicatorForm = "rate" | "count" | "mean" | "time";
interface Indicator {
  form: IndicatorForm;
  good: Good;
  of: readonly Subject[];
}

const GROUND: readonly Subject[] = ["city", "district", "street", "community", "cell"];
const OWNERS = [...GROUND, "unit"] as const;
const INSPECTED = [...GROUND, "inspector"] as const;
const FILED = [...GROUND, "operator", "shift_leader"] as const;
const DISPATCHED = [...GROUND, "dispatcher"] as const;
const rate = (good: Good, of: readonly Subject[]): Indicator => ({ form: "rate", good, of });

export const INDICATORS: Readonly<Record<string, Indicator>> = {
  on_time_handled_rate: rate(1, OWNERS),
  handled_rate: rate(1, OWNERS),
  overdue_open_rate: rate(-1, OWNERS),
  closed_rate: rate(1, OWNERS),
  on_time_closed_rate: rate(1, OWNERS),
  rework_rate: rate(-1, OWNERS),
  extension_rate: rate(-1, OWNERS),
  hold_rate: rate(-1, OWNERS),
  repeat_rate: rate(-1, OWNERS),
  satisfaction_mean: { form: "mean", good: 1, of: OWNERS },
  satisfaction_share: rate(1, OWNERS),
  handling_median_s: { form: "time", good: -1, of: OWNERS },
  handling_p90_s: { form: "time", good: -1, of: OWNERS },
  reports: { form: "count", good: 0, of: INSPECTED },
  valid_report_rate: rate(1, INSPECTED),
  missed_rate: rate(-1, INSPECTED),
  on_time_verify_rate: rate(1, INSPECTED),
  on_time_check_rate: rate(1, INSPECTED),
  filed: { form: "count", good: 0, of: FILED },
  accurate_filing_rate: rate(1, FILED),
  on_time_filing_rate: rate(1, FILED),
  on_time_close_rate: rate(1, FILED),
  dispatched: { form: "count", good: 0, of: [...DISPATCHED, "unit"] },
  accurate_dispatch_rate: rate(1, DISPATCHED),
  on_time_dispatch_rate: rate(1, DISPATCHED),
};

export const indicatorsOf = (subject: Subject): string[] => Object.keys(INDICATORS).filter((name) => INDICATORS[name]!.of.includes(subject));

/** A value as people read it; null: there was nothing to count. */
export function valued(indicator: string, value: number | null, language: string): string | null {
  if (value === null) return null;
  switch (INDICATORS[indicator]?.form) {
    case "rate":
      return percent(value, language);
    case "time":
      return workingTime(value, language);
    case "count":
      return amount(value, language);
    default:
      return amount(value, language, 2);
  }
}
