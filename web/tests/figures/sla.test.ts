import { describe, expect, it } from "vitest";
import { pathOf } from "@/figures/sla/behind";
import { DEFAULT, readChoice, writeChoice, type Choice } from "@/figures/sla/choice";
import { compared, typeName, valueOf, worsened } from "@/figures/sla/groups";
import { week } from "@/figures/sla/heat";
import { parts, type Row } from "@/figures/sla/metrics";
import { AGES, openQuery } from "@/figures/sla/open";
import { against, daysIn, monthsOf, spanOf, today } from "@/figures/sla/spans";
import { slowest } from "@/figures/sla/stages";
import { pointsOf, unitOf, valuesAt } from "@/figures/sla/trend";

describe("times", () => {
  it("are those of the city's calendar", () => {
    expect(today(Date.parse("2026-10-31T16:30:00Z"), "Asia/Shanghai")).toBe("2026-11-01");
    expect(spanOf("this_month", "2026-11-22")).toEqual({ from: "2026-11-01", to: "2026-11-22" });
    expect(spanOf("last_month", "2026-03-31")).toEqual({ from: "2026-02-01", to: "2026-02-28" });
    expect(spanOf("this_quarter", "2026-11-22")).toEqual({ from: "2026-10-01", to: "2026-11-22" });
    expect(spanOf("last_quarter", "2026-02-01")).toEqual({ from: "2025-10-01", to: "2025-12-31" });
    expect(spanOf("last_year", "2026-02-01")).toEqual({ from: "2025-01-01", to: "2025-12-31" });
  });
  it.each([
    ["as much of the month before", { from: "2026-11-01", to: "2026-11-22" }, { from: "2026-10-01", to: "2026-10-22" }],
    ["no more than it has", { from: "2026-03-01", to: "2026-03-30" }, { from: "2026-02-01", to: "2026-02-28" }],
    ["whole months with whole ones", { from: "2026-02-01", to: "2026-02-28" }, { from: "2026-01-01", to: "2026-01-31" }],
    ["whole quarters with whole ones", { from: "2026-04-01", to: "2026-06-30" }, { from: "2026-01-01", to: "2026-03-31" }],
    ["years with years", { from: "2026-01-01", to: "2026-12-31" }, { from: "2025-01-01", to: "2025-12-31" }],
    ["any days with as many before", { from: "2026-03-05", to: "2026-03-14" }, { from: "2026-02-23", to: "2026-03-04" }],
    ["across months with as many before", { from: "2026-10-15", to: "2026-11-13" }, { from: "2026-09-15", to: "2026-10-14" }],
  ])("are compared: %s", (_, span, before) => {
    expect(against(span, "previous")).toEqual(before);
  });
  it("are compared with the same days a year before", () => {
    expect(against({ from: "2024-02-01", to: "2024-02-29" }, "year_before")).toEqual({ from: "2023-02-01", to: "2023-02-28" });
    expect(against({ from: "2025-02-01", to: "2025-02-28" }, "year_before")).toEqual({ from: "2024-02-01", to: "2024-02-29" });
    expect(against({ from: "2024-02-29", to: "2024-03-10" }, "year_before")).toEqual({ from: "2023-02-28", to: "2023-03-10" });
  });
  it("are told by days, long ones by months", () => {
    expect(unitOf({ from: "2026-10-01", to: "2026-11-22" })).toBe("day");
    expect(unitOf({ from: "2026-07-01", to: "2026-09-30" })).toBe("month");
    expect(monthsOf({ from: "2025-12-31", to: "2026-02-01" })).toEqual(["2025-12", "2026-01", "2026-02"]);
    expect(daysIn({ from: "2026-03-01", to: "2026-03-01" })).toBe(1);
  });
});

describe("the address", () => {
  it("says what is not usual, and nothing else", () => {
    expect(writeChoice(DEFAULT)).toEqual({});
    expect(readChoice({})).toEqual(DEFAULT);
  });
  it("brings back what was chosen", () => {
    const choice: Choice = {
      time: { from: "2026-10-01", to: "2026-10-31" }, area: "990101", unit: "JC0001", against: "year_before", metric: "rework_rate", by: "unit", open_by: "class", spent_by: "", week: "due",
      opened: { of: "summary", count: "on_time", by: ["district", "unit"], group: ["990101", "JC0001"] },
    };
    expect(readChoice(writeChoice(choice))).toEqual(choice);
  });
  it("that makes no sense is read as the usual", () => {
    expect(readChoice({ time: "tomorrow", area: "x", metric: "luck", by: "moon", against: "them", count: "1; drop", from: "2026-02-30", to: "2026-03-01" })).toEqual(DEFAULT);
    expect(readChoice({ from: "2026-03-02", to: "2026-03-01" }).time).toBe("this_month");
    expect(readChoice({ from: "0001-01-01", to: "9999-12-31" }).time).toBe("this_month");
    expect(readChoice({ count: "due", group_by: "unit,type", group: "JC0001" }).opened).toBeNull();
  });
});

const unit = (code: string, numbers: Record<string, number | null>): Row => ({ unit: { code, name: `单位${code}` }, ...numbers });

describe("groups", () => {
  const now = [
    unit("A", { due: 20, on_time: 18, on_time_handled_rate: 0.9 }),
    unit("B", { due: 40, on_time: 20, on_time_handled_rate: 0.5 }),
    unit("C", { due: 3, on_time: 0, on_time_handled_rate: 0 }),
    unit("D", { due: 0, on_time: 0, on_time_handled_rate: null }),
  ];
  const before = [unit("A", { due: 20, on_time: 20, on_time_handled_rate: 1 }), unit("B", { due: 10, on_time: 7, on_time_handled_rate: 0.7 }), unit("C", { due: 30, on_time: 30, on_time_handled_rate: 1 })];
  const found = compared(now, before, "unit", "on_time_handled_rate");

  it("stand from the worst to the best, those with nothing to count last", () => {
    expect(found.map(({ key, change, small }) => [key, change === null ? null : Math.round(change), small])).toEqual([["C", -100, true], ["B", -20, false], ["A", -10, false], ["D", null, true]]);
  });
  it("that got worse are of enough cases", () => {
    expect(worsened(found, "on_time_handled_rate", 3).map(({ key }) => key)).toEqual(["B", "A"]);
  });
  it("that got worse of a figure that should be low are those that rose", () => {
    const rising = compared([unit("A", { due: 20, rework_rate: 0.2 })], [unit("A", { due: 20, rework_rate: 0.1 })], "unit", "rework_rate");
    expect(worsened(rising, "rework_rate", 3)).toHaveLength(1);
    expect(worsened(rising, "on_time_handled_rate", 3)).toHaveLength(0);
  });
  it("are asked for by code, types exactly, none by a dash", () => {
    expect(valueOf({ type: { scheme: "CJJ", kind: "matter", code: "0101", name: "暴露垃圾" } }, "type")).toBe("CJJ|matter|0101");
    expect(valueOf({ unit: null }, "unit")).toBe("-");
    expect(valueOf({ weekday: 3 }, "weekday")).toBe("3");
  });
  it("show what a figure is made of, a mean of its sum", () => {
    expect(parts({ due: 972, on_time: 911 }, "on_time_handled_rate")).toEqual({ numerator: 911, denominator: 972 });
    expect(parts({ rated: 3, satisfaction_mean: 14 / 3 }, "satisfaction_mean")).toEqual({ numerator: 14, denominator: 3 });
  });
});

describe("numbers", () => {
  const place = { from: "2026-11-01", to: "2026-11-22", area: "990101", unit: "" };
  const asked = (path: string) => [path.split("?")[0], Object.fromEntries(new URLSearchParams(path.split("?")[1]))];
  it("of every analysis are asked for where their cases are", () => {
    expect(asked(pathOf({ of: "bottleneck", count: "late", stage: "file" }, ["unit"], ["A"], place))).toEqual(["/sla/bottleneck/cases", { from: "2026-11-01", to: "2026-11-22", area: "990101", group_by: "unit", group: "A", stage: "file", late: "true" }]);
    expect(asked(pathOf({ of: "detours", count: "reason", kind: "hold" }, [], [], place))[1]).toEqual({ from: "2026-11-01", to: "2026-11-22", area: "990101", count: "reason", kind: "hold" });
    expect(asked(pathOf({ of: "open", count: "red" }, ["class"], ["-"], place))).toEqual(["/sla/open/cases", { area: "990101", group_by: "class", group: "-", count: "red" }]);
  });
  it("come back from the address with what they are of", () => {
    const opened = { of: "detours" as const, count: "reason", kind: "return", reason: "权属不清，退回", by: [], group: [] };
    expect(readChoice(writeChoice({ ...DEFAULT, opened })).opened).toEqual(opened);
  });
});

describe("charts", () => {
  it("have a place for each day, empty where nothing was counted", () => {
    const span = { from: "2026-11-01", to: "2026-11-03" };
    expect(valuesAt([{ day: "2026-11-02", on_time_handled_rate: 0.5 }], "day", pointsOf(span, "day"), "on_time_handled_rate")).toEqual([null, 0.5, null]);
  });
  it("of the week begin on Monday", () => {
    const cells = week([{ weekday: 1, hour: 0, reports: 2 }, { weekday: 7, hour: 23, reports: 5 }], "reports");
    expect([cells[0]![0], cells[6]![23], cells.flat().reduce((sum, one) => sum + one)]).toEqual([2, 5, 7]);
  });
  it("name the stage where most of the time went", () => {
    const stage = (name: string, share: number | null) => ({ stage: name, share, clocks: 1, median_s: 1, p90_s: 1, mean_s: 1, late: 0 });
    expect(slowest({ cases: 1, total_s: 1, stages: [stage("file", 0.1), stage("handling", 0.7), stage("hold", null)] })?.stage).toBe("handling");
    expect(slowest({ cases: 0, total_s: 0, stages: [] })).toBeNull();
  });
});

describe("open work", () => {
  it("of an age is found by when it was opened", () => {
    const age = AGES.find(({ name }) => name === "d1_3")!;
    expect(openQuery({ area: "990101", unit: "" }, { age, asOf: "2026-11-22T00:00:00Z", lamp: "amber" })).toEqual({
      state: "received,verifying,to_file,to_dispatch,handling,on_hold,to_check,to_close", area: "990101", lamp: "yellow", from: "2026-11-19T00:00:00.000Z", to: "2026-11-21T00:00:00.000Z",
    });
  });
});

describe("types and classes", () => {
  const bin = { scheme: "CJJ", kind: "matter" as const, code: "0101", name: "暴露垃圾", class_code: "01", class_name: "市容环境" };
  it("have their names by the values that they are asked for by", () => {
    expect(typeName([bin], "type", "CJJ|matter|0101")).toBe("暴露垃圾");
    expect(typeName([bin], "class", "CJJ|matter|01")).toBe("市容环境");
    expect(typeName([bin], "type", "CJJ|part|0101")).toBeNull();
  });
});
