import { describe, expect, it } from "vitest";
import { differences } from "@/parts/differences";
import { faultsCsv } from "@/parts/faultsCsv";
import { readParts, withParts, writeParts } from "@/parts/filter";
import { metresBetween, middleOf } from "@/parts/geometry";

describe("the filter of parts", () => {
  it("is the address and back", () => {
    const filter = readParts({ state: "damaged,missing", area: "990101", q: " 井 ", tab: "proposals" });
    expect(writeParts(filter)).toEqual({ state: "damaged,missing", area: "990101", q: "井" });
    expect(withParts({ tab: "proposals", q: "old" }, filter)).toEqual({ tab: "proposals", state: "damaged,missing", area: "990101", q: "井" });
  });
  it("leaves out what means nothing", () => {
    expect(writeParts(readParts({ state: "broken", area: "x1" }))).toEqual({});
  });
});

describe("a proposal", () => {
  const part = { state: "intact", name: null, owner: { id: "a" } };
  const proposal = { kind: "changed", changes: { state: "damaged", owner_id: "a" }, before: null, after: null };
  it("shows only what would differ", () => {
    expect(differences(proposal, part)).toEqual([{ name: "state", before: "intact", after: "damaged" }]);
    expect(differences({ ...proposal, kind: "missing", changes: {} }, part)).toEqual([{ name: "state", before: "intact", after: "missing" }]);
  });
  it("that was decided shows what the register said then", () => {
    const decided = { ...proposal, before: { state: "occupied", name: null, owner_id: "a" }, after: { state: "damaged", name: null, owner_id: "a" } };
    expect(differences(decided, part)).toEqual([{ name: "state", before: "occupied", after: "damaged" }]);
  });
});

describe("places of parts", () => {
  it("are points or the middle corner of a line", () => {
    expect(middleOf({ type: "Point", coordinates: [1, 2] })).toEqual({ lon: 1, lat: 2 });
    expect(middleOf({ type: "LineString", coordinates: [[1, 2], [3, 4], [5, 6]] })).toEqual({ lon: 3, lat: 4 });
    expect(middleOf(null)).toBeNull();
  });
  it("lie apart in metres", () => expect(metresBetween({ lon: 121, lat: 31 }, { lon: 121.001, lat: 31 })).toBeCloseTo(95.3, 0));
});

describe("a file of faults", () => {
  it("is computed by no spreadsheet", () => {
    expect(faultsCsv([["=1+1", 'a "b", c'], ["-x", "井盖"]])).toBe("\uFEFF'=1+1,\"a \"\"b\"\", c\"\r\n'-x,井盖\r\n");
  });
});
