import { describe, expect, it } from "vitest";
import { givingsOf, territoryOf } from "@/desk/giving";
import { bears, belongs, countOf, queryOf, QUEUES, queuesOf } from "@/desk/queues";
import { commandOf, resting, SHORTCUTS } from "@/desk/shortcuts";
import en from "../../console/src/messages/en/desk.json";
import zh from "../../console/src/messages/zh-CN/desk.json";

const words: { queue: Record<string, string>; key: Record<string, string> }[] = [zh, en];

describe("the table of queues", () => {
  it("names each once, in both languages", () => {
    expect(new Set(QUEUES.map((queue) => queue.id)).size).toBe(QUEUES.length);
    for (const { queue } of words) for (const { id } of QUEUES) expect(queue[id], id).toBeTruthy();
  });
  it("gives every post its work, several posts all of theirs", () => {
    const ids = (...roles: string[]) => queuesOf(new Set(roles)).map((queue) => queue.id);
    expect(ids("operator")).toEqual(["accept", "verified"]);
    expect(ids("shift_leader")).toEqual(["file", "close", "extension", "appeal"]);
    expect(ids("dispatcher")).toEqual(["dispatch", "returned", "hold", "onHold"]);
    expect(ids("unit_manager")).toEqual(["handling", "dueSoon", "checking"]);
    expect(ids("handler")).toEqual(["mine", "handling"]);
    expect(ids("supervisor")).toEqual(["overdue", "supervised", "appeal"]);
    expect(ids("operator", "dispatcher")).toEqual(["accept", "verified", "dispatch", "returned", "hold", "onHold"]);
    expect(ids("evaluator")).toEqual([]);
  });
  it("asks for what the list of cases knows", () => {
    expect(queryOf({ state: ["handling", "to_check"], lamp: ["red"], mark: "supervised" })).toEqual({ state: "handling,to_check", lamp: "red", mark: "supervised" });
    expect(queryOf({})).toEqual({});
  });
  it("knows whose a case is", () => {
    const filter = { state: ["handling" as const], lamp: ["red" as const] };
    const row = { state: "handling" as const, supervised: false };
    expect(belongs(row, filter, "red", true)).toBe(true);
    expect(belongs(row, filter, "green", true)).toBe(false);
    expect(belongs({ ...row, state: "to_check" }, filter, "red", true)).toBe(false);
    expect(belongs(row, { mark: "mine" }, "red", false)).toBe(false);
  });
  it("reads marks from the whole case", () => {
    const facts = { pending: { kind: "hold" }, appeal: null, supervised: true, returns: 0, handler: { id: "me" } };
    expect(["supervised", "hold", "mine"].every((mark) => bears(mark as never, facts, "me"))).toBe(true);
    expect(["extension", "appeal", "returned"].some((mark) => bears(mark as never, facts, "me"))).toBe(false);
  });
  it("counts by state and lamp where that says it", () => {
    const counts = [
      { state: "handling" as const, open: 7, green: 3, yellow: 2, red: 1, grey: 1 },
      { state: "received" as const, open: 5, green: 5, yellow: 0, red: 0, grey: 0 },
    ];
    expect(countOf({ state: ["handling", "received"] }, counts)).toBe(12);
    expect(countOf({ state: ["handling"], lamp: ["yellow", "red"] }, counts)).toBe(3);
    expect(countOf({ state: ["handling"], mark: "hold" }, counts)).toBeNull();
    expect(countOf({ state: ["closed"] }, counts)).toBeNull();
  });
});

describe("giving", () => {
  it("is a matter of the post", () => {
    expect(givingsOf(new Set(["dispatcher"])).map((giving) => giving.input)).toEqual(["lead_id"]);
    expect(givingsOf(new Set(["supervisor"]))).toEqual([]);
  });
  it("onto ground means its nearest territory", () => {
    const all = ["99", "9901", "990102", "990103"].map((code) => ({ kind: "territory", code }));
    expect(territoryOf(all, "990102004002029")?.code).toBe("990102");
    expect(territoryOf(all, "88")).toBeNull();
    expect(territoryOf([{ kind: "unit", code: "9" }], "99")).toBeNull();
  });
});

describe("shortcuts", () => {
  const press = (key: string, more = {}) => commandOf({ key, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, ...more });
  const place = (tagName: string, inside = "") => ({ tagName, isContentEditable: false, closest: (selector: string) => (inside && selector.includes(inside) ? {} : null) });
  it("mean one thing each, with words for it", () => {
    expect(new Set(SHORTCUTS.flatMap((one) => one.keys)).size).toBe(SHORTCUTS.flatMap((one) => one.keys).length);
    for (const { key } of words) for (const one of SHORTCUTS) expect(key[one.name], one.name).toBeTruthy();
    expect([press("j"), press("K"), press("Enter"), press("Escape"), press("a"), press("?"), press("ArrowDown")]).toEqual(["down", "up", "open", "close", "act:a", "help", "down"]);
    expect(press("x")).toBeNull();
  });
  it("leave the browser's own keys and composed characters alone", () => {
    expect(press("a", { ctrlKey: true })).toBeNull();
    expect(press("f", { metaKey: true })).toBeNull();
    expect(press("j", { isComposing: true })).toBeNull();
  });
  it("rest while somebody types", () => {
    expect(resting(place("INPUT"))).toBe(true);
    expect(resting(place("TEXTAREA"))).toBe(true);
    expect(resting({ ...place("DIV"), isContentEditable: true })).toBe(true);
    expect(resting(place("DIV", "dialog"))).toBe(true);
    expect(resting(place("BUTTON"))).toBe(false);
    expect(resting(null)).toBe(false);
  });
});
