import { describe, expect, it, vi } from "vitest";
import { chartOption } from "@/wall/chart";
import { boundsOf } from "@/wall/districts";
import { next } from "@/wall/rotation";

vi.mock("@shared/api/client", () => ({ api: {} }));
vi.mock("@/live", () => ({ onLive: () => undefined }));
const { barWidth, begun, percent } = await import("@/wall/overview");

describe("the wall's figures", () => {
  it("say nothing where there was nothing to count", () => {
    expect(percent({ numerator: 0, denominator: 0 }, "en")).toBeNull();
    expect(percent({ numerator: 0, denominator: 4 }, "en")).toBe("0%");
    expect(percent({ numerator: 2, denominator: 3 }, "en")).toBe("66.7%");
  });
  it("have bars that can be seen where there is any", () => {
    expect(barWidth(0, 10)).toBe(0);
    expect(barWidth(1, 10_000)).toBe(1.5);
    expect(barWidth(5, 10)).toBe(50);
  });
  it("are silent on hours that have not begun in the city", () => {
    const rows = ["08:00", "09:00", "10:00"].map((hour) => ({ hour, received: 0 }));
    expect(begun(rows, "2026-03-10T01:30:00Z", "Asia/Shanghai").map((row) => row?.hour ?? null)).toEqual(["08:00", "09:00", null]);
  });
  it("turn round and round", () => {
    expect(next(2, 1, 3)).toBe(0);
    expect(next(0, -1, 3)).toBe(2);
    expect(next(4, 1, 0)).toBe(0);
  });
  it("look at the box around a district", () => {
    expect(boundsOf([[[[1, 2], [3, 1]]], [[[0, 5]]]])).toEqual([0, 1, 3, 5]);
    expect(boundsOf("x")).toBeNull();
  });
  it("tell lines apart by more than colour", () => {
    const look = { text: "#111", line: "#222", surface: "#333", series: ["#444", "#555"], font: "x", size: 14 };
    const { series } = chartOption(["a", "b"], [{ name: "one", values: [1, 2] }, { name: "two", values: [2, 1] }], look) as { series: { symbol: string; color: string; lineStyle: { type: string } }[] };
    expect(new Set(series.map(({ symbol }) => symbol)).size).toBe(2);
    expect(new Set(series.map(({ color }) => color)).size).toBe(2);
    expect(new Set(series.map(({ lineStyle }) => lineStyle.type)).size).toBe(2);
  });
});
