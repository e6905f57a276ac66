import { describe, expect, it } from "vitest";
import { exportPath, isUnderWay, nameOf, sizeOf, type Export } from "@/cases/exports";
import { emptyFilter } from "@/cases/filter";

describe("an export of cases", () => {
  it("asks for what the list shows, in the order and language that are set", () => {
    const filter = emptyFilter({ state: ["handling", "to_check"], q: "路灯 & 井盖", sort: "due_at" });
    const url = new URL(exportPath(filter, "csv", "en"), "http://here");
    expect(url.pathname).toBe("/api/v1/exports/cases.csv");
    expect(Object.fromEntries(url.searchParams)).toEqual({ state: "handling,to_check", q: "路灯 & 井盖", sort: "due_at", lang: "en" });
    expect(exportPath(emptyFilter(), "gpkg", "zh-CN")).toBe("/api/v1/exports/cases.gpkg?lang=zh-CN");
  });
  it("is called what the server calls it", () => {
    expect(nameOf('attachment; filename="cases-20260310-1000.csv"', "x")).toBe("cases-20260310-1000.csv");
    expect(nameOf(null, "cases.csv")).toBe("cases.csv");
  });
  it.each([[0, "0 B"], [1023, "1023 B"], [1024, "1.0 KB"], [48_000_000, "46 MB"], [3 * 1024 ** 4, "3072 GB"]])("of %d bytes is %s", (bytes, told) => expect(sizeOf(bytes)).toBe(told));
  it("is under way until it is ready or failed", () => {
    expect((["waiting", "running", "ready", "failed"] as const).map((status) => isUnderWay({ status } as Export))).toEqual([true, true, false, false]);
  });
});
