import { describe, expect, it } from "vitest";
import { caseCount, isNothing, kindsOf, movedCases } from "@/figures/periods/diff";
import { stageOf, stepsOf, STAGES, type Diff, type PeriodDetail } from "@/figures/periods/steps";

const READY = Date.parse("2026-11-03T16:00:00Z");
const open: PeriodDetail = { period: "2026-10", state: "open", version: 0, ready_at: "2026-11-03T16:00:00Z", revision: null, as_of: null, published_at: null, stale: null, reckoning: null, review: null, revisions: [], shown: null };
const review = { ...open, state: "review", version: 1, review: { as_of: "2026-11-04T00:00:00Z", by: { id: "me", name: "我" }, inputs: { indicators: 1, definitions: {}, calendars: {} }, diff: null } } as PeriodDetail;
const published = { ...open, state: "published", version: 2, revision: 1 } as PeriodDetail;
const as = (id: string, ...roles: string[]) => ({ id, has: (...wanted: string[]) => wanted.some((role) => roles.includes(role)) });
const said = (period: PeriodDetail, who: ReturnType<typeof as>, now = READY) => stepsOf(period, who, now).map(({ label, blocked }) => [label, blocked]);

describe("the next step of a period", () => {
  it("is a review, not before its day and by evaluators only", () => {
    expect(said(open, as("me", "evaluator"), READY - 1)).toEqual([["review", "notOver"]]);
    expect(said(open, as("me", "evaluator"))).toEqual([["review", null]]);
    expect(said(open, as("me", "admin"))).toEqual([["review", "notReviewer"]]);
  });
  it("is publishing by somebody else than who reviewed", () => {
    expect(said(review, as("me", "evaluator"))).toEqual([["publish", "sameReviewer"], ["reviewAgain", null]]);
    expect(said(review, as("other", "admin"))).toEqual([["publish", null], ["reviewAgain", "notReviewer"]]);
    expect(said(review, as("other", "supervisor"))).toEqual([["publish", "notPublisher"], ["reviewAgain", "notReviewer"]]);
  });
  it("is a revision once it was published, reviewed the same way", () => {
    expect(said(published, as("me", "evaluator"))).toEqual([["reviewForRevision", null]]);
    expect(said({ ...review, revision: 1 }, as("other", "evaluator"))[0]).toEqual(["revise", null]);
  });
  it("waits for a review that the worker makes, and is that review again where it failed", () => {
    const reckoning = { state: "running", progress: 40, asked_at: "2026-11-04T00:00:00Z", by: { id: "me", name: "我" }, again: false, problem: null } as const;
    const made = { ...review, review: null, reckoning } as PeriodDetail;
    expect(said(made, as("other", "admin"))).toEqual([["publish", "reckoning"]]);
    expect(STAGES.map((stage) => stageOf(made, stage, READY))).toEqual(["done", "now", "ahead", "ahead"]);
    expect(said({ ...open, reckoning: { ...reckoning, state: "failed", again: true } }, as("me", "evaluator"))).toEqual([["reviewAgain", null]]);
  });
  it("stands in a line of four", () => {
    const line = (period: PeriodDetail, now = READY) => STAGES.map((stage) => stageOf(period, stage, now));
    expect(line(open, READY - 1)).toEqual(["now", "ahead", "ahead", "ahead"]);
    expect(line(open)).toEqual(["done", "now", "ahead", "ahead"]);
    expect(line(review)).toEqual(["done", "done", "now", "ahead"]);
    expect(line(published)).toEqual(["done", "done", "done", "ahead"]);
    expect(line({ ...review, revision: 1 })).toEqual(["done", "done", "done", "now"]);
    expect(line({ ...published, revision: 2 })).toEqual(["done", "done", "done", "done"]);
  });
});

describe("what a revision changed", () => {
  const change = { kind: "unit", subject: { code: "U01", name: "环卫" }, indicator: "closed_rate", old: null, new: null, came: { exempt: ["1"] }, went: { numerator: ["1"], denominator: ["1"] } } as Diff["figures"][number];
  const diff: Diff = { against: 1, figures: [change], scores: [], cases: { came: [], went: [], changed: ["1"] }, inputs: [] };
  it("is said list by list", () => {
    expect(movedCases(change).map(({ way, side }) => `${way} ${side}`)).toEqual(["came exempt", "went numerator", "went denominator"]);
    expect(kindsOf([change, change])).toEqual([["unit", 2]]);
    expect(caseCount(diff)).toBe(1);
  });
  it("may be nothing", () => {
    expect(isNothing(diff)).toBe(false);
    expect(isNothing({ ...diff, figures: [], cases: { came: [], went: [], changed: [] } })).toBe(true);
  });
});
