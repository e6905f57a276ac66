/** Which steps a period may take next, and why somebody may not take them: said before they try. */
import type { components } from "@shared/api/schema";

export type PeriodDetail = components["schemas"]["PeriodDetailOut"];
export type Period = components["schemas"]["PeriodOut"];
export type Revision = components["schemas"]["RevisionOut"];
export type Diff = components["schemas"]["DiffOut"];

export type Deed = "review" | "publish" | "revise";
export type Blocked = "notOver" | "notReviewer" | "notPublisher" | "sameReviewer" | "reckoning";
export interface Step {
  deed: Deed;
  /** Key of the button's words. */
  label: "review" | "reviewAgain" | "reviewForRevision" | "publish" | "revise";
  blocked: Blocked | null;
  /** The usual one: the others stand behind it. */
  usual: boolean;
}
export interface Who {
  id: string;
  has: (...roles: string[]) => boolean;
}

/** Whether a review is being made by the worker: nothing can be published until it is done. */
export const isReckoned = ({ reckoning }: Pick<Period, "reckoning">): boolean => !!reckoning && !reckoning.again;

/** The steps that a period's state allows, the usual one first; `now` in milliseconds since 1970. */
export function stepsOf(period: PeriodDetail, who: Who, now: number): Step[] {
  const reviewing: Blocked | null = now < Date.parse(period.ready_at) ? "notOver" : who.has("evaluator") ? null : "notReviewer";
  if (isReckoned(period)) return [{ deed: period.revision === null ? "publish" : "revise", label: period.revision === null ? "publish" : "revise", blocked: "reckoning", usual: true }];
  if (period.state === "open") return [{ deed: "review", label: period.reckoning ? "reviewAgain" : "review", blocked: reviewing, usual: true }];
  if (period.state === "published") return [{ deed: "review", label: "reviewForRevision", blocked: reviewing, usual: true }];
  const deed = period.revision === null ? "publish" : "revise";
  const publishing: Blocked | null = !who.has("evaluator", "admin") ? "notPublisher" : period.review?.by.id === who.id ? "sameReviewer" : null;
  return [
    { deed, label: deed, blocked: publishing, usual: true },
    { deed: "review", label: "reviewAgain", blocked: reviewing, usual: false },
  ];
}

export type Stage = "open" | "review" | "publish" | "revise";
export const STAGES: readonly Stage[] = ["open", "review", "publish", "revise"];

/** What is next to happen to a period: it runs, has to be reviewed, published, or revised; null: nothing, it is published. */
function waitsFor(period: PeriodDetail, now: number): Stage | null {
  if (period.state === "open") return now < Date.parse(period.ready_at) ? "open" : "review";
  if (isReckoned(period)) return period.revision === null ? "review" : "revise";
  if (period.state === "review") return period.revision === null ? "publish" : "revise";
  return null;
}

/** Which of the four stages lie behind a period, and which one is next. */
export function stageOf(period: PeriodDetail, stage: Stage, now: number): "done" | "now" | "ahead" {
  const next = waitsFor(period, now);
  if (next === stage) return "now";
  const reached = next === null ? ((period.revision ?? 0) > 1 ? STAGES.length : STAGES.length - 1) : STAGES.indexOf(next);
  return STAGES.indexOf(stage) < reached ? "done" : "ahead";
}

/** The first characters of a hash, enough to tell two apart. */
export const short = (hash: string): string => `${hash.slice(0, 12)}…`;
