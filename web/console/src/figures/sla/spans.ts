/** Times that figures are asked for, as days of the city, and the times they are compared with. */

export const TIMES = ["this_month", "last_month", "this_quarter", "last_quarter", "this_year", "last_year"] as const;
export type NamedTime = (typeof TIMES)[number];
/** Both days belong to it: "2026-10-01", "2026-10-31". */
export type Span = { from: string; to: string };
export type Against = "previous" | "year_before";

/** Longer times are not counted. */
export const MOST_DAYS = 3700;
const DAY_MS = 86_400_000;
// Days are reckoned in UTC, where each has 24 hours.
const utc = (day: string): Date => new Date(`${day}T00:00:00Z`);
const dayOf = (date: Date): string => date.toISOString().slice(0, 10);
const day = (year: number, month: number, date: number): string => dayOf(new Date(Date.UTC(year, month, date)));
const plus = (from: string, days: number): string => dayOf(new Date(utc(from).getTime() + days * DAY_MS));

/** The day that it is in the city. */
export const today = (now: number, zone: string): string => new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(now);

/** How many days it has. */
export const daysIn = ({ from, to }: Span): number => Math.round((utc(to).getTime() - utc(from).getTime()) / DAY_MS) + 1;

const MONTHS: Record<string, number> = { month: 1, quarter: 3, year: 12 };

/** Month, quarter or year around a day, so many before it, whole. */
function calendar(of: string, months: number, back: number): Span {
  const date = utc(of);
  const first = Math.floor(date.getUTCMonth() / months) * months - back * months;
  return { from: day(date.getUTCFullYear(), first, 1), to: day(date.getUTCFullYear(), first + months, 0) };
}

/** What a named time is on a day; the present one goes to this day. */
export function spanOf(time: NamedTime, on: string): Span {
  const [which, unit] = time.split("_") as [string, string];
  const whole = calendar(on, MONTHS[unit]!, which === "last" ? 1 : 0);
  return which === "last" ? whole : { from: whole.from, to: on };
}

/** As many months of the calendar as a span has, where it begins with the first of them: 1, 3 or 12. */
function calendarMonths({ from, to }: Span): number | null {
  for (const months of [1, 3, 12]) {
    const whole = calendar(from, months, 0);
    if (whole.from === from && to <= whole.to) return months;
  }
  return null;
}

/** The time before: as much of the month, quarter or year before, else as many days right before. */
function previous(span: Span): Span {
  const months = calendarMonths(span);
  const days = daysIn(span);
  if (months === null) return { from: plus(span.from, -days), to: plus(span.from, -1) };
  const before = calendar(span.from, months, 1);
  const whole = calendar(span.from, months, 0).to === span.to;
  const end = plus(before.from, days - 1);
  return { from: before.from, to: whole || end > before.to ? before.to : end };
}

// 29 February is compared with the 28th; the last day of a month with the last one.
function yearBack(of: string, end: boolean): string {
  const date = utc(of);
  const [year, month] = [date.getUTCFullYear() - 1, date.getUTCMonth()];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const isLast = plus(of, 1).endsWith("-01");
  return day(year, month, end && isLast ? last : Math.min(date.getUTCDate(), last));
}

export const against = (span: Span, how: Against): Span => (how === "previous" ? previous(span) : { from: yearBack(span.from, false), to: yearBack(span.to, true) });

/** Every day of it, or every month of it ("2026-10"). */
export function daysOf({ from, to }: Span): string[] {
  const days = daysIn({ from, to });
  return Array.from({ length: Math.max(0, days) }, (_, index) => plus(from, index));
}
export const monthsOf = (span: Span): string[] => [...new Set(daysOf(span).map((one) => one.slice(0, 7)))];

/** Whether it is a time that can be asked for. */
export const isSpan = (span: Span): boolean => span.from <= span.to && daysIn(span) <= MOST_DAYS;

/** A day that there is. */
export const isDay = (text: unknown): text is string => typeof text === "string" && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(utc(text).getTime()) && dayOf(utc(text)) === text;
