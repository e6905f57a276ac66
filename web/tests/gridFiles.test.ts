import { describe, expect, it } from "vitest";
import { crsOf, detectColumns, readColumns } from "@/grid/columns";
import { boundsOf, countKinds, csvOf, faultRows, featuresOf, inRing, type Fault } from "@/grid/faults";
import { foldZones, faultsOf, joined, ownerOf, toggled, type Draft, type Zone } from "@/grid/zones";
import { Refused } from "@shared/api/problem";

describe("columns of a boundary file", () => {
  const file = (...properties: (Record<string, unknown> | null)[]) => JSON.stringify({ type: "FeatureCollection", features: properties.map((one) => ({ type: "Feature", properties: one, geometry: null })) });
  it("are those of all features, also behind a byte order mark", () => {
    expect(readColumns(`\uFEFF${file(null, { code: "1" }, { code: "2", name: "x" })}`)).toEqual({ columns: ["code", "name"], features: 3, crs: null, sample: { code: "1" } });
  });
  it("are not guessed of what is no GeoJSON", () => {
    expect(() => readColumns("PK\u0003")).toThrow(SyntaxError);
    for (const text of ["null", "[]", '{"type": "Feature"}', '{"type": "FeatureCollection"}']) expect(() => readColumns(text)).toThrow(TypeError);
  });
  it.each<[string[], object]>([
    [["code", "name", "parent_code"], { code: "code", name: "name", parent: "parent_code" }],
    [["OBJECTID", "BGCODE", "BGNAME"], { code: "BGCODE", name: "BGNAME" }],
    [["网格编码", "网格名称", "上级编码", "用地性质"], { code: "网格编码", name: "网格名称", parent: "上级编码", land_use: "用地性质" }],
    [["id", "mc", "grade"], { code: "id", name: "mc", management_grade: "grade" }],
    [["foo", "bar"], {}],
  ])("%j", (columns, expected) => expect(detectColumns(columns)).toEqual(expected));
  it("take no column twice", () => {
    const found = Object.values(detectColumns(["parent_code", "cell_code", "cell_name", "code"]));
    expect(new Set(found).size).toBe(found.length);
  });
  it("know the system that old files name", () => {
    expect(["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4490", "EPSG:4549", "local", null].map(crsOf)).toEqual(["EPSG:4326", "EPSG:4490", "EPSG:4549", null, null]);
  });
});

const FAULTS: Fault[] = [
  { kind: "gap", code: null, detail: "A gap", place: { type: "Point", coordinates: [121.4, 31.2] } },
  { kind: "overlap", code: "=1+1", detail: 'Two "cells"', place: { type: "Polygon", coordinates: [[[0, 0], [2, 0], [2, 2], [0, 0]]] } },
  { kind: "gap", code: "9901", detail: "Nowhere", place: null },
];

describe("faults of a boundary file", () => {
  it("are counted by kind, most first", () => expect(countKinds(FAULTS)).toEqual([["gap", 2], ["overlap", 1]]));
  it("keep their place in the list on the map", () => expect(featuresOf(FAULTS).features.map((feature) => feature.id)).toEqual([0, 1]));
  it("go to a spreadsheet as text, never as a formula", () => {
    const text = csvOf(faultRows(FAULTS, ["kind", "code", "detail", "lon", "lat"], (kind) => kind));
    expect(text).toBe('\uFEFF"kind","code","detail","lon","lat"\r\n"gap","","A gap","121.4","31.2"\r\n"overlap","\'=1+1","Two ""cells""","1","1"\r\n"gap","9901","Nowhere","",""\r\n');
  });
  it("have bounds, also in collections", () => {
    expect(boundsOf([{ type: "GeometryCollection", geometries: [{ type: "Point", coordinates: [1, 2] }, { type: "LineString", coordinates: [[3, 4], [0, 9]] }] }])).toEqual([0, 2, 3, 9]);
    expect(boundsOf([])).toBeNull();
  });
});

describe("duty zones", () => {
  const draft: Draft = { fresh: false, code: "z1", name: "Z", cells: ["c1", "c2"], people: ["p1"] };
  it("take cells once, in order", () => {
    expect(toggled(["a", "c"], "b")).toEqual(["a", "b", "c"]);
    expect(toggled(["a", "b"], "b")).toEqual(["a"]);
    expect(joined(["b"], ["a", "b"])).toEqual(["a", "b"]);
  });
  it("know the other zone that has a cell", () => {
    const zones = [{ code: "z1", cells: ["c1"] }, { code: "z2", cells: ["c2"] }] as unknown as Zone[];
    expect(ownerOf("c1", zones, draft)).toBeNull();
    expect(ownerOf("c2", zones, draft)?.code).toBe("z2");
  });
  it("name what a refusal points to", () => {
    const refused = new Refused({ type: "/problems/bad-duty-zone", title: "x", status: 422, errors: [{ pointer: "/cells/1", detail: "taken" }, { pointer: "/name", detail: "empty" }] });
    expect(faultsOf(refused, draft)).toEqual([{ what: "c2", detail: "taken" }, { what: "name", detail: "empty" }]);
  });
  it("take the cells whose middle lies in the line", () => {
    const ring = [[0, 0], [4, 0], [4, 4], [2, 1], [0, 4], [0, 0]];
    expect(inRing([1, 1], ring)).toBe(true);
    expect(inRing([2, 3], ring)).toBe(false);
    expect(inRing([5, 1], ring)).toBe(false);
  });
});

describe("duty zones of the whole city", () => {
  it("are folded by district", () => {
    const zones = ["990101001001-1", "990102001001-1", "990101004001-2", "Z1"].map((code) => ({ code }));
    expect(foldZones(zones).map(({ code, zones: of }) => [code, of.map((zone) => zone.code)])).toEqual([["990101", ["990101001001-1", "990101004001-2"]], ["990102", ["990102001001-1"]], ["", ["Z1"]]]);
  });
});
