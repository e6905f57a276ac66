import { describe, expect, it } from "vitest";
import { indicatorsOf, valued } from "@/figures/ranking/indicators";
import { after, before, firstDay, kindOf, lately, named, spoken, today } from "@/figures/ranking/periods";
import { contribution, fileRows, firstRows, grouped, type Ranked, type Scored } from "@/figures/ranking/table";
import { faultsCsv } from "@/parts/faultsCsv";

const day = (text: string) => new Date(`${text}T00:00:00Z`);
const row = (code: string, more: Partial<Ranked> = {}): Ranked => ({
  subject: { code, name: `街道${code}` }, group: "default", score: 80, grade: { code: "B", colour: "blue" }, rank: 1, of: 2, tied: false, unranked: null, sample: 20, minimum_sample: 10, compared: null, ...more,
});

describe("names of periods", () => {
  it("are of days, ISO weeks, months, quarters and years", () => {
    expect(["2026-10-05", "2026-W41", "2026-10", "2026-Q4", "2026"].map(kindOf)).toEqual(["day", "week", "month", "quarter", "year"]);
    expect(["2026-Q5", "2026-13", "2026-00", "2026-W54", "2026-02-30"].map(kindOf)).toEqual([null, null, null, null, null]);
  });
  it("are those of the day in them", () => {
    const kinds = ["day", "week", "month", "quarter", "year"] as const;
    expect(kinds.map((kind) => named(kind, day("2026-10-05")))).toEqual(["2026-10-05", "2026-W41", "2026-10", "2026-Q4", "2026"]);
    expect(named("week", day("2027-01-01"))).toBe("2026-W53");
    expect(named("week", day("2025-12-29"))).toBe("2026-W01");
  });
  it("go one back and one on", () => {
    for (const name of ["2026-01-01", "2026-W01", "2026-01", "2026-Q1", "2026"]) expect(after(before(name))).toBe(name);
    expect(before("2026-W01")).toBe("2025-W52");
    expect(after("2026-W53")).toBe("2027-W01");
    expect(after("2026-01")).toBe("2026-02");
  });
  it("begin on their first day", () => {
    expect(firstDay("2026-W41").toISOString().slice(0, 10)).toBe("2026-10-05");
    expect(firstDay("2026-Q2").toISOString().slice(0, 10)).toBe("2026-04-01");
  });
  it("are listed with the one that is looked at", () => {
    const found = lately("month", day("2026-11-22"), "2020-03", 3);
    expect(found).toEqual(["2026-11", "2026-10", "2026-09", "2020-03"]);
  });
  it("are days of the city, not of the device", () => {
    expect(today(Date.parse("2026-10-31T17:00:00Z"), "Asia/Shanghai").toISOString()).toBe("2026-11-01T00:00:00.000Z");
  });
  it("are spoken by key and values", () => {
    expect(spoken("2026-Q4")).toEqual({ key: "evaluation.period.quarter", values: { name: "2026-Q4", year: "2026", last: "4" } });
  });
});

describe("a ranking", () => {
  it("stands group by group, narrowed to words", () => {
    const items = [row("01"), row("02", { group: "old" }), row("03")];
    const groups = grouped(items, new Map([["old", "老城区"]]));
    expect(groups.map(({ name, rows }) => [name, rows.length])).toEqual([[null, 2], ["老城区", 1]]);
    expect(grouped(items, new Map(), { words: " 街道02 " }).flatMap(({ rows }) => rows.map((one) => one.subject.code))).toEqual(["02"]);
    expect(grouped(items, new Map(), { group: "old" })).toHaveLength(1);
  });
  it("begins with so many rows of all groups together", () => {
    const groups = grouped([row("01"), row("02", { group: "old" }), row("03")], new Map());
    expect(firstRows(groups, 2).map(({ rows }) => rows.length)).toEqual([2]);
    expect(firstRows(groups, 3).map(({ rows }) => rows.length)).toEqual([2, 1]);
  });
  it("adds up to the score what each part brings, also where some were left out", () => {
    expect(contribution({ points: 90, weight: 0.3 }, 0.6)).toBe(45);
    expect(contribution({ points: null, weight: 0.4 }, 0.6)).toBeNull();
  });
  it("is a file of numbers, with nothing for a spreadsheet to compute", () => {
    const scored = { ...row("01", { subject: { code: "01", name: "=HYPERLINK()" }, compared: { period: "2026-09", score: 81, change: -1, rank: 1, moved: 0 } }), weight: 1, left_out: [], parts: [{ indicator: "closed_rate", weight: 1, numerator: 8, denominator: 10, value: 0.8, points: 80 }] } as Scored;
    const rows = fileRows([scored], { head: ["rank"], group: () => "全部", indicator: (name) => name, grade: () => "B", unranked: () => "" });
    expect(rows[0]).toEqual(["rank", "closed_rate", "closed_rate n", "closed_rate N", "closed_rate pt"]);
    expect(rows[1]).toEqual([1, "01", "=HYPERLINK()", "全部", 80, "B", 20, "", 81, -1, 1, 0, 0.8, 8, 10, 80]);
    expect(faultsCsv(rows)).toContain("'=HYPERLINK(),全部,80,B,20,,81,-1,1,0,0.8");
  });
});

describe("indicators", () => {
  it("are written as what they are", () => {
    expect([valued("closed_rate", 0.9372, "en"), valued("handling_median_s", 7200, "en"), valued("filed", 1234, "en"), valued("satisfaction_mean", 4.5, "en"), valued("closed_rate", null, "en")]).toEqual(["93.72%", "2 hr", "1,234", "4.50", null]);
  });
  it("are those that a kind of subject has", () => {
    expect(indicatorsOf("dispatcher")).toEqual(["dispatched", "accurate_dispatch_rate", "on_time_dispatch_rate"]);
    expect(indicatorsOf("unit")).toContain("dispatched");
    expect(indicatorsOf("cell")).toContain("missed_rate");
  });
});
