import { describe, expect, it } from "vitest";
import { exact, relative, span } from "@shared/time/time";

const zh = { language: "zh-CN", zone: "Asia/Shanghai" };
const en = { language: "en", zone: "Asia/Shanghai" };

describe("times as people read them", () => {
  it("says how long ago by the largest whole unit", () => {
    expect(relative(0, 3 * 3_600_000 + 59_000, en)).toBe("3 hours ago");
    expect(relative(0, 26 * 3_600_000, zh)).toBe("昨天");
    expect(relative(20 * 60_000, 0, en)).toBe("in 20 minutes");
  });
  it("knows the city's zone, not the reader's", () => {
    expect(exact("2026-03-31T16:30:00Z", zh)).toBe("2026/04/01 00:30");
  });
  it("counts spans by days, hours, minutes", () => {
    expect(span(27 * 3_600_000, en)).toBe("1 day 3 hr");
    expect(span(-90 * 60_000, en)).toBe("1 hr 30 min");
    expect(span(-59_000, en)).toBe("<1 min");
  });
});
