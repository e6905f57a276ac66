/** How news come into a list that somebody is reading: nothing moves under their eyes. Pure. */
import type { Row, Sort } from "./queues";

export interface Entry {
  row: Row;
  /** It no longer belongs here: shown for a moment with where it went. */
  left: boolean;
  /** Just slid in. */
  fresh: boolean;
}
export interface List {
  entries: Entry[];
  /** What came while somebody was reading further down: shown when they go to the top. */
  waiting: Row[];
}

export const emptyList = (): List => ({ entries: [], waiting: [] });

export const entryOf = (row: Row, fresh = false): Entry => ({ row, left: false, fresh });

const time = (value: string | null) => (value === null ? Number.POSITIVE_INFINITY : Date.parse(value));
const BY: Record<Sort, (row: Row) => number> = {
  "-opened_at": (row) => -time(row.opened_at),
  opened_at: (row) => time(row.opened_at),
  due_at: (row) => time(row.due_at),
  "-due_at": (row) => -time(row.due_at),
  "-updated_at": (row) => -time(row.updated_at),
  updated_at: (row) => time(row.updated_at),
};

/** A page that was read: behind what is there, each case once, the newest word of it. */
export function withPage(list: List, rows: readonly Row[]): List {
  const known = new Map(rows.map((row) => [row.number, row]));
  const entries = list.entries.map((entry) => {
    const next = known.get(entry.row.number);
    known.delete(entry.row.number);
    return next && next.version >= entry.row.version ? entryOf(next) : entry;
  });
  const waiting = list.waiting.filter((row) => !known.has(row.number));
  return { entries: [...entries, ...[...known.values()].map((row) => entryOf(row))], waiting };
}

/** A case that changed or came, as it is now. `reading`: somebody is further down, so that nothing slides in above. */
export function withNews(list: List, row: Row, { here, reading, sort, whole }: { here: boolean; reading: boolean; sort: Sort; whole: boolean }): List {
  const at = list.entries.findIndex((entry) => entry.row.number === row.number);
  const waiting = list.waiting.filter((other) => other.number !== row.number);
  const known = list.entries[at];
  if (known) {
    if (row.version < known.row.version) return list;
    const entries = [...list.entries];
    entries[at] = { row, left: !here, fresh: known.fresh && here };
    return { entries, waiting };
  }
  if (!here) return { entries: list.entries, waiting };
  // Behind the last row that was read there may be others that come first: it will be read in its turn.
  const last = list.entries.at(-1);
  if (!whole && last && BY[sort](row) > BY[sort](last.row)) return { entries: list.entries, waiting };
  if (reading) return { entries: list.entries, waiting: [row, ...waiting] };
  return { entries: placed(list.entries, row, sort), waiting };
}

/** What waited takes its place. */
export function withWaiting(list: List, sort: Sort): List {
  return { entries: list.waiting.reduce((entries, row) => placed(entries, row, sort), list.entries), waiting: [] };
}

/** Without those that left, apart from the one that is being read. */
export function withoutLeft(list: List, kept: string | null): List {
  return { ...list, entries: list.entries.filter((entry) => !entry.left || entry.row.number === kept) };
}

/** The number of the case to go to from one: down or up, past what has left. */
export function neighbour(list: List, from: string | null, step: 1 | -1): string | null {
  const entries = list.entries;
  const start = from === null ? (step === 1 ? -1 : entries.length) : entries.findIndex((entry) => entry.row.number === from);
  for (let at = start + step; at >= 0 && at < entries.length; at += step) if (!entries[at]!.left) return entries[at]!.row.number;
  return from;
}

function placed(entries: Entry[], row: Row, sort: Sort): Entry[] {
  const key = BY[sort];
  const before = entries.findIndex((entry) => key(entry.row) > key(row));
  const at = before < 0 ? entries.length : before;
  return [...entries.slice(0, at), entryOf(row, true), ...entries.slice(at)];
}

/** The list read anew: known cases as they are now, others in their place (or waiting), those that are gone marked so. */
export function withAnew(list: List, rows: readonly Row[], reading: boolean): List {
  const known = new Set(list.entries.map((entry) => entry.row.number));
  const now = new Map(rows.map((row) => [row.number, row]));
  if (!reading) return { entries: rows.map((row) => entryOf(row, list.entries.length > 0 && !known.has(row.number))), waiting: [] };
  return {
    entries: list.entries.map((entry) => {
      const row = now.get(entry.row.number);
      return row ? entryOf(row) : { ...entry, left: true };
    }),
    waiting: rows.filter((row) => !known.has(row.number)),
  };
}
