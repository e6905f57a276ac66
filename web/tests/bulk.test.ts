import { describe, expect, it } from "vitest";
import { Attempts, kinds, offers, settle, type Choice, type ManyItem } from "@/cases/bulk";
import type { CaseItem } from "@/cases/filter";

const item = (number: string, state: string, owner: string | null = null) => ({ number, state, owner: owner ? { id: owner } : null, source: "citizen", supervised: false, version: 1 }) as unknown as CaseItem;
const choice = (action: string, allowed = true) => ({ action, allowed, why: null, why_code: null, schema: {} }) as unknown as Choice;

describe("many cases at once", () => {
  it("asks once for each kind of case", () => {
    const found = kinds([item("a", "received"), item("b", "received"), item("c", "handling", "u1"), item("d", "handling", "u2")]);
    expect([...found.values()].map((group) => group.map((one) => one.number))).toEqual([["a", "b"], ["c"], ["d"]]);
  });
  it("offers what some allow, for those alone, and nothing that is done one by one", () => {
    const found = offers([
      { items: [item("a", "received"), item("b", "received")], choices: [choice("accept"), choice("void"), choice("self_handle")] },
      { items: [item("c", "handling")], choices: [choice("accept", false), choice("void")] },
    ]);
    expect(found.map((offer) => [offer.choice.action, offer.items.map((one) => one.number)])).toEqual([["void", ["a", "b", "c"]], ["accept", ["a", "b"]]]);
  });
  it("says of each what became of it, with the reason, also where the answer is silent", () => {
    const problem = { type: "/problems/illegal-move", title: "no", status: 409, detail: "It is closed." };
    const answer = [{ number: "a", ok: true, problem: null }, { number: "b", ok: false, problem }] as unknown as ManyItem[];
    const { done, failed } = settle(["a", "b", "c"], answer);
    expect(done).toEqual(["a"]);
    expect(failed.map(({ number, refused }) => [number, refused.slug, refused.problem.status])).toEqual([["b", "illegal-move", 409], ["c", "about:blank", 500]]);
  });
  it("sends the same again under the same key until it was answered", () => {
    const attempts = new Attempts();
    let made = 0;
    const key = (body: string) => attempts.keyFor(body, () => `k${++made}`);
    expect([key("x"), key("x"), key("y"), key("y")]).toEqual(["k1", "k1", "k2", "k2"]);
    attempts.answered();
    expect(key("y")).toBe("k3");
  });
});
