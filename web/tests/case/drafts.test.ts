import { describe, expect, it } from "vitest";
import { attemptFor, draftedActions, draftOf, dropDraft, forgetOldDrafts, keepDraft } from "@/case/form/drafts";

class Kept implements Storage {
  private readonly values = new Map<string, string>();
  constructor(private readonly room = Number.POSITIVE_INFINITY) {}
  get length() {
    return this.values.size;
  }
  clear() {
    this.values.clear();
  }
  key(index: number) {
    return [...this.values.keys()][index] ?? null;
  }
  getItem(key: string) {
    return this.values.get(key) ?? null;
  }
  setItem(key: string, value: string) {
    if (this.values.size >= this.room) throw new DOMException("full", "QuotaExceededError");
    this.values.set(key, value);
  }
  removeItem(key: string) {
    this.values.delete(key);
  }
}

const draft = { values: { reason: "写到一半" }, attempt: null, at: 1000 };

describe("drafts", () => {
  it("are each person's, case's and action's own", () => {
    const storage = new Kept();
    keepDraft(storage, "anna", "20260310-000001", "reject", draft);
    expect(draftOf(storage, "anna", "20260310-000001", "reject")).toEqual(draft);
    expect(draftOf(storage, "berta", "20260310-000001", "reject")).toBeNull();
    expect(draftOf(storage, "anna", "20260310-000002", "reject")).toBeNull();
    expect(draftedActions(storage, "anna", "20260310-000001")).toEqual(["reject"]);
    dropDraft(storage, "anna", "20260310-000001", "reject");
    expect(draftedActions(storage, "anna", "20260310-000001")).toEqual([]);
  });
  it("that cannot be kept or read do not stop the work", () => {
    expect(keepDraft(new Kept(0), "anna", "1", "reject", draft)).toBe(false);
    const storage = new Kept();
    storage.setItem("fieldgrid.draft.anna.1.reject", "{");
    expect(draftOf(storage, "anna", "1", "reject")).toBeNull();
  });
  it("are forgotten after a month, other things never", () => {
    const storage = new Kept();
    storage.setItem("fieldgrid.session", "kept");
    keepDraft(storage, "anna", "1", "reject", draft);
    forgetOldDrafts(storage, draft.at + 29 * 86_400_000);
    expect(storage.length).toBe(2);
    forgetOldDrafts(storage, draft.at + 31 * 86_400_000);
    expect(storage.length).toBe(1);
  });
});

describe("sending again", () => {
  it("goes under the same key while it is the same request", () => {
    let made = 0;
    const fresh = () => `key ${++made}`;
    const first = attemptFor(null, "a", fresh);
    expect(attemptFor(first, "a", fresh)).toBe(first);
    expect(attemptFor(first, "b", fresh)).toEqual({ key: "key 2", body: "b" });
  });
});
