/** Instants as people read them: relative, with the exact one in the city's zone on hover. */

export interface Words {
  /** BCP 47 language of the page. */
  language: string;
  /** IANA name of the city's time zone. */
  zone: string;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** "3 小时前", "in 20 minutes"; to the nearest lower unit. Both in milliseconds since 1970. */
export function relative(at: number, now: number, { language }: Words): string {
  const distance = at - now;
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const [unit, length] of STEPS)
    if (Math.abs(distance) >= length) return format.format(Math.trunc(distance / length), unit);
  return format.format(0, "minute");
}

// Making one takes a hundred times as long as using it: long lists and files have many instants.
const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf({ language, zone }: Words): Intl.DateTimeFormat {
  const key = `${language} ${zone}`;
  const made =
    formats.get(key) ??
    new Intl.DateTimeFormat(language, { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  formats.set(key, made);
  return made;
}

/** Date and time in the city's zone. */
export const exact = (at: string | number | Date, words: Words): string => formatOf(words).format(new Date(at));

/** What is left of a clock, or how far over it is: "1 天 3 小时", "2 hr 5 min"; never negative. In milliseconds. */
export function span(length: number, { language }: Words): string {
  const minutes = Math.floor(Math.abs(length) / 60_000);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const unit = (value: number, name: "day" | "hour" | "minute") =>
    new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "short" }).format(value);
  // Nobody is late by nothing: the last minute is less than one.
  if (!minutes) return `<${unit(1, "minute")}`;
  if (days) return hours ? `${unit(days, "day")} ${unit(hours, "hour")}` : unit(days, "day");
  if (hours) return rest ? `${unit(hours, "hour")} ${unit(rest, "minute")}` : unit(hours, "hour");
  return unit(rest, "minute");
}
