/** The clock of a case as it stands at an instant: which runs, how far, how long to go. Milliseconds throughout. */
import type { components } from "@shared/api/schema";

export type Clock = components["schemas"]["ClockOut"];
export type Lamp = components["schemas"]["Lamp"];

/** The clock that runs (or is paused), else null: an ended case has none. */
export function runningClock(clocks: readonly Clock[]): Clock | null {
  return [...clocks].reverse().find((clock) => clock.ended_at === null) ?? null;
}

/** The lamp at an instant; both borders belong to the better colour. */
export function lampAt(clock: { due_at: string | null; yellow_at?: string | null; paused: boolean }, at: number): Lamp | null {
  if (clock.due_at === null) return null;
  if (clock.paused) return "grey";
  if (at > Date.parse(clock.due_at)) return "red";
  return clock.yellow_at && at > Date.parse(clock.yellow_at) ? "yellow" : "green";
}

/** The lamp of a row of a list, which does not carry the instant of yellow: what was said stays until it is due. */
export function lampOfRow(row: { lamp: Lamp | null; due_at: string | null; paused: boolean }, at: number): Lamp | null {
  if (row.lamp === null || row.due_at === null || row.paused) return row.lamp;
  return at > Date.parse(row.due_at) ? "red" : row.lamp;
}

/** How much of a clock's span has passed, 0 to 1. */
export function passed(clock: Clock, at: number): number {
  const [start, due] = [Date.parse(clock.started_at), Date.parse(clock.due_at)];
  const until = clock.ended_at ? Date.parse(clock.ended_at) : at;
  return due <= start ? 1 : Math.min(1, Math.max(0, (until - start) / (due - start)));
}

/** Days as a number of their own, and what is left as "03:04:05"; never negative. */
export function counting(length: number): { days: number; time: string } {
  const seconds = Math.floor(Math.abs(length) / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  return { days: Math.floor(seconds / 86_400), time: `${two(hours)}:${two(minutes)}:${two(seconds % 60)}` };
}

/** Units that only run in the calendar's working time: their deadline needs the calendar to be understood. */
export const needsCalendar = (unit: string): boolean => unit === "working_hour" || unit === "working_day";
