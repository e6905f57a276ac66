/** Figures as people read them. A rate of nothing is no number. */

/** Which way is better: up, down, or neither. */
export type Good = 1 | -1 | 0;
export type Form = "rate" | "count" | "time" | "score";
/** What a change means for whoever answers for it. */
export type Turn = "better" | "worse" | "same" | "neither";

const SMALL = 0.005;

/** A share of 1 as "93.72%". */
export const percent = (value: number, language: string): string => new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);

export const amount = (value: number, language: string, digits = 0): string => new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

/** Working time: "3 小时 20 分", "2.4 hr"; a day of it is not a day of the calendar, so hours are the largest unit. */
export function workingTime(seconds: number, language: string): string {
  const unit = (value: number, name: "hour" | "minute" | "second", digits = 0) =>
    new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: digits }).format(value);
  if (seconds < 60) return unit(Math.round(seconds), "second");
  if (seconds < 3600) return unit(Math.round(seconds / 60), "minute");
  return unit(seconds / 3600, "hour", seconds < 36_000 ? 1 : 0);
}

/** How a figure is written; null: there is nothing to count. */
export function written(value: number | null, form: Form, language: string): string | null {
  if (value === null) return null;
  if (form === "rate") return percent(value, language);
  if (form === "time") return workingTime(value, language);
  return amount(value, language, form === "score" ? 2 : 0);
}

/**
 * From one figure to another: percentage points for rates, points for scores, a share of 1 for counts and times.
 * Null where either has nothing to count, or nothing that one could be a share of.
 */
export function change(now: number | null, before: number | null, form: Form): number | null {
  if (now === null || before === null) return null;
  if (form === "rate") return (now - before) * 100;
  if (form === "score") return now - before;
  return before === 0 ? null : now / before - 1;
}

export function turn(value: number, good: Good, form: Form): Turn {
  // What is written as 0.00, of shares 0.0 %, is no change.
  const share = form === "count" || form === "time";
  if (Math.abs(share ? value * 100 : value) < (share ? 10 * SMALL : SMALL)) return "same";
  if (good === 0) return "neither";
  return value > 0 === good > 0 ? "better" : "worse";
}

/** "+1.25", "−3.20 %": signed, points without a unit, shares with one. */
export function signed(value: number, form: Form, language: string): string {
  const style: Intl.NumberFormatOptions = { signDisplay: "exceptZero", minimumFractionDigits: 2, maximumFractionDigits: 2 };
  if (form === "rate" || form === "score") return new Intl.NumberFormat(language, style).format(value);
  return new Intl.NumberFormat(language, { ...style, style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
}
