import { describe, expect, it } from "vitest";
import { actionOfKey, sortChoices, type Choice } from "@/case/actions";
import { counting, lampAt, lampOfRow, passed, type Clock } from "@/case/clock";
import { dayOf, instantOf, wallTime } from "@/case/form/zone";

const clock = {
  stage: "handling", limit: 2, unit: "urgent_hour", started_at: "2026-03-10T02:00:00Z", yellow_at: "2026-03-10T03:36:00Z", due_at: "2026-03-10T04:00:00Z",
  ended_at: null, outcome: null, elapsed_s: 0, paused: false, lamp: "green", provisional: false, calendar: { code: "city" },
} as Clock;
const at = (time: string) => Date.parse(`2026-03-10T${time}Z`);

describe("the clock of a case", () => {
  it("turns yellow and red by itself; both borders belong to the better colour", () => {
    expect(lampAt(clock, at("03:36:00"))).toBe("green");
    expect(lampAt(clock, at("03:36:01"))).toBe("yellow");
    expect(lampAt(clock, at("04:00:00"))).toBe("yellow");
    expect(lampAt(clock, at("04:00:01"))).toBe("red");
    expect(lampAt({ ...clock, paused: true }, at("05:00:00"))).toBe("grey");
    expect(lampAt({ ...clock, due_at: null }, at("05:00:00"))).toBeNull();
  });
  it("in a list a lamp turns red when it is due", () => {
    const row = { lamp: "green" as const, due_at: clock.due_at, paused: false };
    expect(lampOfRow(row, at("03:50:00"))).toBe("green");
    expect(lampOfRow(row, at("04:00:01"))).toBe("red");
    expect(lampOfRow({ lamp: null, due_at: null, paused: false }, at("04:00:01"))).toBeNull();
  });
  it("counts to the second and never below nothing", () => {
    expect(counting(86_400_000 + 3_723_000)).toEqual({ days: 1, time: "01:02:03" });
    expect(counting(-61_000)).toEqual({ days: 0, time: "00:01:01" });
    expect(passed(clock, at("03:00:00"))).toBe(0.5);
    expect(passed(clock, at("09:00:00"))).toBe(1);
  });
});

describe("times of the city", () => {
  it("are the city's, wherever the browser stands, also over a change of clocks", () => {
    expect(instantOf("2026-03-10 18:00", "Asia/Shanghai")).toBe("2026-03-10T10:00:00.000Z");
    expect(wallTime("2026-03-10T10:00:00Z", "Asia/Shanghai")).toBe("2026-03-10 18:00");
    expect(dayOf("2026-03-10T17:00:00Z", "Asia/Shanghai")).toBe("2026-03-11");
    for (const wall of ["2026-03-29 01:30", "2026-03-29 03:30", "2026-10-25 04:00", "2026-07-01 00:00"])
      expect(wallTime(instantOf(wall, "Europe/Berlin"), "Europe/Berlin")).toBe(wall);
  });
});

describe("what one may do", () => {
  const choice = (action: Choice["action"], allowed = true): Choice => ({ action, allowed, why: null, why_code: null, schema: {} });
  it("begins with what is usually done", () => {
    const found = sortChoices("received", [choice("supervise"), choice("reject"), choice("accept"), choice("file", false)], false);
    expect(found.primary?.action).toBe("accept");
    expect(found.others.map((one) => one.action)).toEqual(["reject", "supervise"]);
    expect(found.refused.map((one) => one.action)).toEqual(["file"]);
  });
  it("somebody is assigned before the work is finished; a request comes before both", () => {
    const unit = [choice("finish"), choice("assign")];
    expect(sortChoices("handling", unit, false).primary?.action).toBe("assign");
    expect(sortChoices("handling", unit, true).primary?.action).toBe("finish");
    expect(sortChoices("handling", [...unit, choice("decide_extension")], true).primary?.action).toBe("decide_extension");
    expect(sortChoices("void", [], false).primary).toBeNull();
  });
  it("a key means one action", () => {
    expect(actionOfKey("A")).toBe("accept");
    expect(actionOfKey("d")).toBe("dispatch");
    expect(actionOfKey("q")).toBeNull();
  });
});
