/** A ranking as a table and as a file: by peer groups, the first ones first. */
import type { components } from "@shared/api/schema";

export type Ranked = components["schemas"]["RankedOut"];
export type Ranking = components["schemas"]["RankingOut"];
export type Scored = components["schemas"]["ScoredOut"];
export type Groups = components["schemas"]["GroupBody"][];

export const DEFAULT_GROUP = "default";

export interface RankedGroup {
  code: string;
  /** Null: all who are in no group of their own. */
  name: string | null;
  ranked: number;
  rows: Ranked[];
}

/** Rows by group in the order in which they come, narrowed to a group and to words. */
export function grouped(items: readonly Ranked[], names: ReadonlyMap<string, string>, wanted: { group?: string; words?: string } = {}): RankedGroup[] {
  const found = new Map<string, RankedGroup>();
  const words = (wanted.words ?? "").trim().toLowerCase();
  for (const row of items) {
    if (wanted.group && row.group !== wanted.group) continue;
    if (words && !`${row.subject.name} ${row.subject.code}`.toLowerCase().includes(words)) continue;
    const group = found.get(row.group) ?? { code: row.group, name: names.get(row.group) ?? null, ranked: row.of, rows: [] };
    group.rows.push(row);
    found.set(row.group, group);
  }
  return [...found.values()];
}

/** The first so many rows of all groups together. */
export function firstRows(groups: readonly RankedGroup[], count: number): RankedGroup[] {
  let room = count;
  return groups.flatMap((group) => {
    const rows = group.rows.slice(0, Math.max(0, room));
    room -= rows.length;
    return rows.length ? [{ ...group, rows }] : [];
  });
}

/** What a part brings to the score: its points by its share of what counts; null where it was left out. */
export function contribution(part: { points: number | null; weight: number }, together: number): number | null {
  return part.points === null || together === 0 ? null : (part.points * part.weight) / together;
}

/** How the ranking is told in a file. */
export interface Telling {
  head: readonly string[];
  group: (code: string) => string;
  indicator: (name: string) => string;
  grade: (row: Ranked) => string;
  unranked: (row: Ranked) => string;
}

type Cell = string | number;

/** Head and rows of the file; numbers as numbers, what is not there empty. */
export function fileRows(items: readonly Scored[], { head, group, indicator, grade, unranked }: Telling): Cell[][] {
  const names = [...new Set(items.flatMap((row) => row.parts.map((part) => part.indicator)))];
  const cells = (value: number | null | undefined): Cell => value ?? "";
  const columns = names.flatMap((name) => ["", " n", " N", " pt"].map((suffix) => `${indicator(name)}${suffix}`));
  const rows = items.map((row) => {
    const parts = new Map(row.parts.map((part) => [part.indicator, part]));
    const own = names.flatMap((name) => {
      const part = parts.get(name);
      return [cells(part?.value), cells(part?.numerator), cells(part?.denominator), cells(part?.points)];
    });
    const compared = [cells(row.compared?.score), cells(row.compared?.change), cells(row.compared?.rank), cells(row.compared?.moved)];
    return [cells(row.rank), row.subject.code, row.subject.name, group(row.group), cells(row.score), grade(row), row.sample, unranked(row), ...compared, ...own];
  });
  return [[...head, ...columns], ...rows];
}
