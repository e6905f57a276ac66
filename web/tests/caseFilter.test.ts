import { describe, expect, it } from "vitest";
import { emptyFilter, FILTER_NAMES, LAMPS, MARKS, matches, readFilter, SORTS, SOURCES, STATES, writeFilter, type CaseFilter, type CaseItem } from "@/cases/filter";

const FULL: CaseFilter = {
  state: ["received", "to_file"], type: ["0101", "GB/T 30428.2-2013|matter|0102"], area: "990101001", owner: "U01", lamp: ["red", "grey"], source: ["citizen", "open311"],
  from: "2026-03-01", to: "2026-03-10", q: "井盖 a&b=c", part: "9901010100000001", mark: "supervised", bbox: "121.4,31.2,121.5,31.3", sort: "due_at",
};

describe("a filter and its address", () => {
  it("comes back as it went, whatever it holds", () => {
    expect(readFilter(writeFilter(FULL))).toEqual({ filter: FULL, faults: [] });
    expect(Object.keys(writeFilter(FULL)).sort()).toEqual([...FILTER_NAMES].sort());
  });
  it("comes back name by name and value by value", () => {
    const values: Partial<Record<keyof CaseFilter, readonly unknown[]>> = { state: STATES, lamp: LAMPS, source: SOURCES, sort: SORTS, mark: MARKS };
    for (const [name, all] of Object.entries(values))
      for (const value of all!) {
        const filter = emptyFilter({ [name]: ["sort", "mark"].includes(name) ? value : [value] });
        expect(readFilter(writeFilter(filter))).toEqual({ filter, faults: [] });
      }
  });
  it("writes nothing for what is not set", () => {
    expect(writeFilter(emptyFilter())).toEqual({});
  });
  it("reads names that stand twice, and leaves others alone", () => {
    expect(readFilter({ state: ["received", "to_file,received"], tab: "x" }).filter.state).toEqual(["received", "to_file"]);
  });
  it("names what means nothing and keeps the rest", () => {
    const { filter, faults } = readFilter({ state: "foo,received", lamp: "blue", area: "99x", from: "2026-02-30", to: "tomorrow", bbox: "1,2,3", sort: "size", q: "x".repeat(101) });
    expect(filter).toEqual(emptyFilter({ state: ["received"] }));
    expect(faults.map(({ name, why }) => [name, why])).toEqual([
      ["state", "state"], ["area", "area"], ["lamp", "lamp"], ["from", "day"], ["to", "day"], ["q", "long"], ["bbox", "box"], ["sort", "sort"],
    ]);
  });
  it("refuses an end before the beginning, and boxes that are none", () => {
    expect(readFilter({ from: "2026-03-10", to: "2026-03-01" }).faults).toEqual([{ name: "to", value: "2026-03-01", why: "order" }]);
    for (const bbox of ["121.5,31.2,121.4,31.3", "121.4,31.2,121.5,", "-181,0,0,1", "a,b,c,d"]) expect(readFilter({ bbox }).faults).toHaveLength(1);
  });
});

const ITEM = {
  number: "20260310-000012", state: "handling", source: "citizen", lamp: "red", type: { scheme: "S", kind: "matter", code: "0101", name: "暴露垃圾" }, cell: { code: "990101001001001", name: null },
  owner: { id: "1", code: "U01", name: "x" }, position: { lon: 121.45, lat: 31.25, crs: "wgs84" }, opened_at: "2026-03-09T16:30:00Z", description: "Manhole 井盖", address: null,
} as unknown as CaseItem;
const dayOf = (instant: string) => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date(instant));
const fits = (given: Partial<CaseFilter>) => matches(ITEM, emptyFilter(given), dayOf, "P1");

describe("whether a case belongs to a list", () => {
  it.each<[Partial<CaseFilter>, boolean]>([
    [{}, true], [{ state: ["handling"] }, true], [{ state: ["closed"] }, false], [{ lamp: ["red", "green"] }, true], [{ lamp: ["grey"] }, false], [{ source: ["hotline"] }, false],
    [{ type: ["0101"] }, true], [{ type: ["S|matter|0101"] }, true], [{ type: ["S|part|0101"] }, false], [{ area: "990101" }, true], [{ area: "990102" }, false],
    [{ owner: "U01" }, true], [{ owner: "1" }, true], [{ owner: "U02" }, false], [{ part: "P1" }, true], [{ part: "P2" }, false], [{ bbox: "121.4,31.2,121.5,31.3" }, true], [{ bbox: "121,31,121.1,31.1" }, false],
    [{ q: "20260310" }, true], [{ q: "manhole" }, true], [{ q: "垃圾" }, false],
    [{ from: "2026-03-10" }, true], [{ from: "2026-03-11" }, false], [{ to: "2026-03-10" }, true], [{ to: "2026-03-09" }, false],
    [{ from: "2026-03-09T16:30:00Z" }, true], [{ to: "2026-03-09T16:30:00Z" }, false],
  ])("%j: %s", (given, expected) => expect(fits(given)).toBe(expected));
});
