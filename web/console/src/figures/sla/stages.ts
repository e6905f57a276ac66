/** Where the time goes: stage by stage, holds apart. */
export interface StageTime {
  stage: string;
  clocks: number;
  median_s: number | null;
  p90_s: number | null;
  mean_s: number | null;
  share: number | null;
  late: number;
}
export type Bottleneck = { cases: number; total_s: number; stages: StageTime[] };

/** By what they are told apart; empty: by nothing. */
export const SPENT_GROUPS = ["", "district", "unit", "class", "source"] as const;
export type SpentGroup = (typeof SPENT_GROUPS)[number];

/** In the order that a case passes them; holds are of the wall clock and have no share. */
export const STAGES = ["accept", "verify", "file", "dispatch", "handling", "check", "close"] as const;

/** The share of each stage in each group, 0 where nobody passed it. */
export const shares = (groups: readonly Bottleneck[], stage: string): number[] => groups.map((group) => group.stages.find((one) => one.stage === stage)?.share ?? 0);

/** The stage with the largest share of a group. */
export function slowest(group: Bottleneck): StageTime | null {
  return group.stages.reduce<StageTime | null>((most, one) => ((one.share ?? 0) > (most?.share ?? 0) ? one : most), null);
}
