import { describe, expect, it } from "vitest";
import { classesOfGrades, classesOfValues, countsOf, rampSteps, stepOf } from "@/figures/choropleth/classes";
import { fillIds, hatch, shownBy } from "@/figures/choropleth/layers";
import { below, sorted, type AreaValue } from "@/figures/choropleth/values";

const area = (code: string, value: number | null): AreaValue => ({ code, name: code, value, numerator: null, denominator: null, exempt: 0, deferred: 0, rank: null, of: 0, grade: null, small: false });

describe("classes of a map", () => {
  it("are the grades of scores, the lowest first", () => {
    const classes = classesOfGrades([{ code: "A", at_least: 90 }, { code: "B", at_least: 75 }, { code: "E", at_least: 0 }]);
    expect(classes).toEqual({ bounds: [0, 75, 90], names: ["E", "B", "A"] });
    expect([0, 74.99, 75, 90, 100, null].map((value) => stepOf(value, classes))).toEqual([0, 0, 1, 2, 2, null]);
  });
  it("are the values themselves where there are few", () => {
    expect(classesOfValues([1, 0, 1, 0.5], "rate").bounds).toEqual([0, 0.5, 1]);
    expect(classesOfValues([], "rate").bounds).toEqual([]);
    expect(stepOf(1, { bounds: [], names: [] })).toBeNull();
  });
  it("hold about equally many, begin at what can be said, and hold every value", () => {
    const values = Array.from({ length: 1000 }, (_, place) => place / 1000);
    const classes = classesOfValues(values, "rate");
    expect(classes.bounds).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
    expect(countsOf(values, classes)).toEqual([200, 200, 200, 200, 200]);
    expect(classesOfValues([59, 61, 130, 200, 250, 3000, 4000], "time").bounds.every((bound) => bound % 60 === 0)).toBe(true);
  });
  it("never share a bound, however alike the values are", () => {
    const { bounds } = classesOfValues([0.501, 0.502, 0.503, 0.504, 0.505, 0.506, 0.9], "rate");
    expect(new Set(bounds).size).toBe(bounds.length);
  });
  it("have colours far from each other", () => {
    expect([1, 2, 3, 4, 5].map(rampSteps)).toEqual([[2], [1, 4], [1, 3, 4], [1, 2, 3, 4], [0, 1, 2, 3, 4]]);
  });
});

describe("layers of a map", () => {
  it("show communities where cells are too far away to be seen", () => {
    expect(shownBy("cell").map(({ tiles, minzoom, maxzoom }) => [tiles, minzoom, maxzoom])).toEqual([["cells", undefined, 13], ["cells", 13, undefined]]);
    expect(shownBy("community").map(({ tiles }) => tiles)).toEqual(["cells", "areas"]);
    expect(fillIds("district")).toEqual(["evaluation-fill-district"]);
  });
  it("are hatched where there is no data", () => {
    const { width, data } = hatch("#ff8000");
    expect(data.length).toBe(width * width * 4);
    expect([...data.slice(0, 4)]).toEqual([255, 128, 0, 90]);
    expect(data[4 * 4 + 3]).toBe(0);
  });
});

describe("rows of a map", () => {
  it("begin with the best, and end with those without data", () => {
    const rows = [area("1", null), area("2", 0.2), area("3", 0.9)];
    expect(sorted(rows, 1).map(({ code }) => code)).toEqual(["3", "2", "1"]);
    expect(sorted(rows, -1).map(({ code }) => code)).toEqual(["2", "3", "1"]);
  });
  it("lead down level by level", () => {
    expect([below("district"), below("community"), below("cell")]).toEqual(["street", "cell", null]);
  });
});
