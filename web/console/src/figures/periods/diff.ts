/** What a revision changed, as tables show it. */
import type { Diff } from "./steps";

/** Beside revisions by number: what was reviewed and waits to be published. */
export const REVIEWED = "review";
export type FigureChange = Diff["figures"][number];
export type ScoreChange = Diff["scores"][number];

/** The kinds of subjects among changes, each with how many, in the order in which they come. */
export function kindsOf(changes: readonly { kind: string }[]): [kind: string, count: number][] {
  const found = new Map<string, number>();
  for (const { kind } of changes) found.set(kind, (found.get(kind) ?? 0) + 1);
  return [...found];
}

export interface Moved {
  side: string;
  way: "came" | "went";
  numbers: string[];
}

/** The cases that came to and went from a figure's lists, list by list. */
export function movedCases(change: FigureChange): Moved[] {
  return (["came", "went"] as const).flatMap((way) => Object.entries(change[way]).map(([side, numbers]) => ({ side, way, numbers })));
}

/** How many cases have to do with it. */
export const caseCount = ({ cases }: Diff): number => cases.came.length + cases.went.length + cases.changed.length;

export const isNothing = (diff: Diff): boolean => !diff.figures.length && !diff.scores.length && !diff.inputs.length && !caseCount(diff);
