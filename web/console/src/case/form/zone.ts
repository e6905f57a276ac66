/** Times of the city: what stands on its clocks, and the instant that is meant. */

const PARTS: Intl.DateTimeFormatOptions = {
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
};

function partsOf(instant: number, zone: string): Record<string, string> {
  const format = new Intl.DateTimeFormat("en-CA", { ...PARTS, timeZone: zone });
  return Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
}

/** "2026-03-10 18:00" as the city's clocks show an instant. */
export function wallTime(instant: string | number, zone: string): string {
  const { year, month, day, hour, minute } = partsOf(typeof instant === "string" ? Date.parse(instant) : instant, zone);
  return `${year}-${month}-${day} ${hour}:${minute}`;
}

export const dayOf = (instant: string | number, zone: string): string => wallTime(instant, zone).slice(0, 10);

/** The instant at which the city's clocks show "2026-03-10 18:00", as ISO 8601 with Z. */
export function instantOf(wall: string, zone: string): string {
  const meant = Date.parse(`${wall.replace(" ", "T")}:00Z`);
  // Twice, because the offset may differ between the guess and what it leads to.
  let guess = meant;
  for (let turn = 0; turn < 2; turn++) {
    const { year, month, day, hour, minute, second } = partsOf(guess, zone);
    guess += meant - Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  }
  return new Date(guess).toISOString();
}
