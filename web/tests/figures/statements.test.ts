import { describe, expect, it } from "vitest";
import { drawingOf, oneIndicator, tableOf } from "@/figures/statements/preview";
import { askedOf, bodyOf, draftOf, emptyDraft, emptySchedule, missing, withWhat, type Statement } from "@/figures/statements/statement";
import { daysOfTime, periodOf, timeOf } from "@/figures/statements/times";

const SUNDAY = "2026-11-22";

describe("times that move", () => {
  it.each([
    ["yesterday", "2026-11-21", "2026-11-21"],
    ["last_7_days", "2026-11-15", "2026-11-21"],
    ["last_week", "2026-11-09", "2026-11-15"],
    ["last_30_days", "2026-10-23", "2026-11-21"],
    ["this_month", "2026-11-01", "2026-11-22"],
    ["last_month", "2026-10-01", "2026-10-31"],
    ["last_quarter", "2026-07-01", "2026-09-30"],
    ["last_year", "2025-01-01", "2025-12-31"],
  ] as const)("%s", (time, from, to) => {
    expect(daysOfTime(time, SUNDAY)).toEqual({ from, to });
  });
  it("are periods of the calendar, or none", () => {
    expect(timeOf("period").map((time) => periodOf(time, SUNDAY))).toEqual(["2026-11-21", "2026-W46", "2026-11", "2026-10", "2026-Q3", "2025"]);
    expect(periodOf("last_7_days", SUNDAY)).toBeNull();
    expect(timeOf("now")).toEqual([]);
  });
});

describe("a statement", () => {
  const kept: Statement = {
    id: "1", name: "每周各区按时处置", what: "open", format: "csv", shared: true, mine: true, version: 3, next_at: null, created_at: "2026-11-01T00:00:00Z", changed_at: "2026-11-01T00:00:00Z", owner: { id: "2", name: "考评员" },
    params: { group_by: "district,unit", area: "990101", type: "CJJ|matter|0101", source: "citizen,hotline" },
    schedule: { every: "month", at: "08:00", weekday: null, day: 31, emails: ["a@city.example"], webhook: true, active: false },
  };

  it("comes out of the form as it went in", () => {
    const { name, what, params, format, shared, schedule } = kept;
    expect(bodyOf(draftOf(kept))).toEqual({ name, what, params, format, shared, schedule });
  });
  it("of its own days keeps them", () => {
    const own = { ...kept, what: "summary" as const, params: { group_by: "day", time: { from: "2026-10-01", to: "2026-10-31" } } };
    expect(bodyOf(draftOf(own)).params).toEqual(own.params);
  });
  it("takes only what its analysis takes", () => {
    const draft = emptyDraft({ name: " 排名 ", group_by: ["day", "district"], area: "9901", time: "last_30_days", format: "csv", times: true });
    expect(bodyOf(withWhat(draft, "ranking"))).toMatchObject({ name: "排名", params: { subject: "district", time: "last_month" }, format: "csv" });
    expect(bodyOf(withWhat(draft, "open")).params).toEqual({ group_by: "district", area: "9901" });
    expect(bodyOf(withWhat(draft, "report"))).toMatchObject({ params: { area: "9901", time: "last_30_days" }, format: "pdf" });
    expect(bodyOf(withWhat(draft, "turning_red")).params).toEqual({ area: "9901", hours: 24 });
    expect(bodyOf(withWhat({ ...draft, lang: "en" }, "detours")).params).toEqual({ group_by: "day,district", area: "9901", time: "last_30_days", lang: "en" });
  });
  it("has a weekday in weeks only, a day in months and quarters only", () => {
    const with_ = (every: "day" | "week" | "quarter") => bodyOf(emptyDraft({ schedule: { ...emptySchedule(), every } })).schedule!;
    expect([with_("day"), with_("week"), with_("quarter")].map(({ weekday, day }) => [weekday, day])).toEqual([[null, null], [1, null], [null, 1]]);
  });
  it("says what it lacks", () => {
    expect(missing(emptyDraft({ time: "custom", from: "2026-10-01" }))).toBe("days");
    expect(missing(emptyDraft({ time: "custom", from: "2026-10-02", to: "2026-10-01" }))).toBe("order");
    expect(missing(emptyDraft({ what: "open", time: "custom" }))).toBeNull();
  });
  it("is looked at as it would be asked", () => {
    expect(askedOf(emptyDraft({ what: "indicators", subject: "unit", indicator: ["rework_rate", "hold_rate"] }), { period: "2026-10" })).toEqual({ subject: "unit", indicator: "rework_rate,hold_rate", period: "2026-10" });
  });
});

describe("a look at an answer", () => {
  it("has names for things, shares, times and numbers as such", () => {
    const { columns, rows } = tableOf([
      { district: { code: "1", name: "云麓区" }, due: 12, on_time_handled_rate: 0.75, median_s: 60 },
      { district: null, due: 1, on_time_handled_rate: null, median_s: null },
    ]);
    expect(columns).toEqual([{ key: "district", form: "text" }, { key: "due", form: "number" }, { key: "on_time_handled_rate", form: "share" }, { key: "median_s", form: "time" }]);
    expect(rows).toEqual([["云麓区", 12, 0.75, 60], [null, 1, null, null]]);
    expect(drawingOf({ columns, rows }, 20)).toEqual({ key: "on_time_handled_rate", form: "share", by: [columns[0]], names: [["云麓区"], [null]], values: [0.75, null] });
  });
  it("puts stages below each other and parts beside each other", () => {
    const { columns, rows } = tableOf([{ unit: { code: "A", name: "甲" }, cases: 3, stages: [{ stage: "file", share: 0.2 }, { stage: "hold", share: 0.8 }], holds: { asked: 2 } }]);
    expect(columns.map(({ key, form }) => `${key} ${form}`)).toEqual(["unit text", "cases number", "holds.asked number", "stage term", "share share"]);
    expect(rows).toEqual([["甲", 3, 2, "file", 0.2], ["甲", 3, 2, "hold", 0.8]]);
  });
  it("draws one of several indicators", () => {
    const line = (name: string, indicator: string, value: number) => ({ subject: { code: name, name }, indicator, value });
    const { name, table } = oneIndicator(tableOf([line("甲", "filed", 3), line("甲", "rework_rate", 0.1), line("乙", "rework_rate", 0.2)]), (one) => one.endsWith("_rate"));
    expect([name, drawingOf(table, 9)?.values]).toEqual(["rework_rate", [0.1, 0.2]]);
    expect(oneIndicator(tableOf([{ due: 1 }]), () => true).name).toBeNull();
  });
  it("leaves out what is so of no line", () => {
    expect(tableOf([{ subject: "甲", tied: false, score: 80 }]).columns.map(({ key }) => key)).toEqual(["subject", "score"]);
  });
  it("draws nothing of one line, or of none", () => {
    expect(drawingOf(tableOf([{ due: 12 }]), 20)).toBeNull();
    expect(drawingOf(tableOf([]), 20)).toBeNull();
  });
  it("leads from a list to its cases", () => {
    expect(tableOf([{ number: "20261001-000001", due_at: "2026-10-01T00:00:00Z", lamp: "red" }]).columns.map(({ form }) => form)).toEqual(["case", "instant", "term"]);
  });
});
