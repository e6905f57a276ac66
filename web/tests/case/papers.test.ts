import { describe, expect, it, vi } from "vitest";

vi.mock("@shared/api/client", () => ({ api: {}, idempotencyKey: () => "key" }));
const { kindsFor, missingOf } = await import("@/case/papers/papers");

describe("papers of a case", () => {
  const owner = { id: "1", code: "U01", name: "环卫" };
  const now = Date.parse("2026-03-10T00:00:00Z");
  const later = "2026-03-11T00:00:00Z";
  const gone = "2026-03-09T00:00:00Z";
  it("are issued by posts", () => {
    expect(kindsFor(new Set(["supervisor"]))).toEqual(["supervision", "rectification"]);
    expect(kindsFor(new Set(["dispatcher"]))).toEqual(["rectification"]);
    expect(kindsFor(new Set(["handler"]))).toEqual([]);
  });
  it("go to the lead owner unless somebody is named", () => {
    expect(missingOf({ kind: "supervision" }, { owner: null, due_at: null }, now)).toEqual(["addressee_id"]);
    expect(missingOf({ kind: "supervision" }, { owner, due_at: null }, now)).toEqual([]);
  });
  it("say until when where they order something", () => {
    expect(missingOf({ kind: "rectification" }, { owner, due_at: later }, now)).toEqual([]);
    expect(missingOf({ kind: "rectification" }, { owner, due_at: gone }, now)).toEqual(["due_at"]);
    expect(missingOf({ kind: "rectification", due_at: gone }, { owner, due_at: later }, now)).toEqual(["due_past"]);
  });
});
