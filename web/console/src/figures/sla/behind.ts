/** Numbers whose cases can be looked at: of which analysis, which of its numbers. */
import { queryOf } from "../query";

export const ANALYSES = ["summary", "bottleneck", "detours", "open"] as const;
export type Analysis = (typeof ANALYSES)[number];

/** `count` as the analysis names it; of a stage, of a kind of detour, of a reason (empty: of those that are not told). */
export interface Told {
  of: Analysis;
  count: string;
  stage?: string;
  kind?: string;
  reason?: string;
}
const MORE = ["stage", "kind", "reason"] as const;
const LONGEST = 2000;

/** From words of an address; null where they name no number. */
export function readTold(word: (name: string) => string): Told | null {
  const count = word("count");
  if (!/^[a-z0-9_]{3,24}$/.test(count)) return null;
  const told: Told = { of: ANALYSES.find((name) => name === word("of")) ?? "summary", count };
  for (const name of MORE) if (word(name)) told[name] = word(name).slice(0, LONGEST);
  return told;
}

export function writeTold({ of, count, ...more }: Told): Record<string, string> {
  const query: Record<string, string> = of === "summary" ? { count } : { of, count };
  for (const name of MORE) if (more[name]) query[name] = more[name];
  return query;
}

export interface Place {
  from: string;
  to: string;
  area: string;
  unit: string;
}

/** Where the cases of a number of a group are asked for. */
export function pathOf({ of, count, stage, kind, reason }: Told, by: readonly string[], group: readonly string[], { from, to, area, unit }: Place): string {
  const ground = { area, unit, group_by: by, group };
  if (of === "open") return `/sla/open/cases?${queryOf({ ...ground, count })}`;
  if (of === "bottleneck") return `/sla/bottleneck/cases?${queryOf({ from, to, ...ground, stage, late: count === "late" || null })}`;
  return `/sla/${of}/cases?${queryOf({ from, to, ...ground, count, kind, reason })}`;
}

/** Its name in messages, and what stands before it: a stage, a kind of detour. */
export function wordsOf({ of, count, stage, kind }: Told): { before: { stage?: string; key?: string }; key: string } {
  if (of === "bottleneck") return stage ? { before: { stage }, key: `figures.sla.stages.${count}` } : { before: {}, key: "figures.sla.count.closed" };
  if (of === "detours") return { before: { key: `figures.sla.detours.kind.${kind}` }, key: `figures.sla.detours.part.${count}` };
  return { before: {}, key: of === "open" ? `figures.sla.open.count.${count}` : `figures.sla.count.${count}` };
}
