/** Rows of a list that is kept up to date while somebody reads it. */
import type { CaseItem, Sort } from "./filter";

type Key = readonly [number, string];
const LAST = Number.POSITIVE_INFINITY;

// As the API orders: by the instant and then the id, both in the sort's direction; without an instant last.
function keyOf(item: CaseItem, sort: Sort): Key {
  const field = sort.replace("-", "") as "opened_at" | "due_at" | "updated_at";
  const at = item[field];
  return [at === null ? LAST : Date.parse(at), item.id];
}

export function compare(one: CaseItem, other: CaseItem, sort: Sort): number {
  const down = sort.startsWith("-") ? -1 : 1;
  const [a, aId] = keyOf(one, sort);
  const [b, bId] = keyOf(other, sort);
  if (a !== b) {
    if (a === LAST) return 1;
    if (b === LAST) return -1;
    return (a - b) * down;
  }
  return aId < bId ? -down : aId > bId ? down : 0;
}

/** A page behind the rows there are: nothing twice, what came later by itself stays. */
export function append(rows: readonly CaseItem[], page: readonly CaseItem[]): CaseItem[] {
  const known = new Set(rows.map((row) => row.number));
  return [...rows, ...page.filter((item) => !known.has(item.number))];
}

/**
 * Rows with one case anew: at its place, or out (`item` null, it is no longer one of the list).
 *
 * Behind `edge`, the last case of the pages that were read (null where all were), only what the list still has to read
 * may stand: a case that belongs there is left out, the next page brings it.
 */
export function place(rows: readonly CaseItem[], number: string, item: CaseItem | null, sort: Sort, edge: CaseItem | null): readonly CaseItem[] {
  const at = rows.findIndex((row) => row.number === number);
  const known = rows[at];
  // Answers may overtake each other: what is older than what is shown is no news.
  if (known && item && item.version < known.version) return rows;
  if (known && item && compare(known, item, sort) === 0) return rows.with(at, item);
  const others = known ? rows.filter((row) => row.number !== number) : rows;
  if (!item || (edge && compare(item, edge, sort) > 0)) return others;
  let low = 0;
  let high = others.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(others[middle]!, item, sort) < 0) low = middle + 1;
    else high = middle;
  }
  return others.toSpliced(low, 0, item);
}

/** The head of the list read anew: it replaces all rows that could have been on it. */
export function refresh(rows: readonly CaseItem[], page: readonly CaseItem[], sort: Sort, complete: boolean): CaseItem[] {
  const edge = page.at(-1);
  if (complete || !edge) return [...page];
  const fresh = new Set(page.map((item) => item.number));
  return [...page, ...rows.filter((row) => !fresh.has(row.number) && compare(row, edge, sort) > 0)];
}

/** How far the first row that is read moves, in rows, when rows change: by so much the reader is moved along. */
export function shift(before: readonly CaseItem[], after: readonly CaseItem[], first: number): number {
  const places = new Map(after.map((row, index) => [row.number, index]));
  for (let index = first; index < before.length; index++) {
    const now = places.get(before[index]!.number);
    if (now !== undefined) return now - index;
  }
  return 0;
}

const FIELDS = [
  "id", "number", "state", "version", "source", "type", "description", "address", "position", "cell", "owner", "stage",
  "lamp", "due_at", "paused", "supervised", "forced", "reworks", "opened_at", "updated_at", "closed_at",
] as const satisfies readonly (keyof CaseItem)[];

/** The row of a case that was read whole. */
export function rowOf(whole: CaseItem): CaseItem {
  return Object.fromEntries(FIELDS.map((name) => [name, whole[name]])) as unknown as CaseItem;
}
