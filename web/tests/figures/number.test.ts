import { describe, expect, it } from "vitest";
import { change, percent, signed, turn, workingTime, written } from "@/figures/number";

describe("figures in words", () => {
  it("are shares with two digits", () => {
    expect(percent(911 / 972, "zh-CN")).toBe("93.72%");
    expect(percent(737 / 972, "en")).toBe("75.82%");
  });
  it("are nothing where there is nothing to count, never 0", () => {
    expect(written(null, "rate", "zh-CN")).toBeNull();
    expect(written(0, "rate", "zh-CN")).toBe("0.00%");
  });
  it("of working time have no days, which are of the calendar", () => {
    expect(workingTime(45, "en")).toBe("45 sec");
    expect(workingTime(1800, "en")).toBe("30 min");
    expect(workingTime(12_600, "en")).toBe("3.5 hr");
    expect(workingTime(180_000, "en")).toBe("50 hr");
  });
});

describe("changes", () => {
  it("of rates are points, of counts shares of what was", () => {
    expect(change(0.75, 0.8, "rate")).toBeCloseTo(-5);
    expect(change(150, 100, "count")).toBeCloseTo(0.5);
    expect(change(3, 0, "count")).toBeNull();
    expect(change(null, 0.8, "rate")).toBeNull();
  });
  it("are good or bad by the way that the figure should go", () => {
    expect(turn(-5, 1, "rate")).toBe("worse");
    expect(turn(-5, -1, "rate")).toBe("better");
    expect(turn(0.2, 0, "count")).toBe("neither");
    expect(turn(0.001, 1, "rate")).toBe("same");
    expect(turn(-0.1, -1, "time")).toBe("better");
    // Written as 0.0 %, which has no arrow.
    expect(turn(0.0004, -1, "time")).toBe("same");
  });
  it("are written with their sign", () => {
    expect(signed(1.254, "rate", "en")).toBe("+1.25");
    expect(signed(-0.1, "count", "en")).toBe("-10.0%");
  });
});
