import { describe, expect, it, vi } from "vitest";
import { boxQuery, pageQuery } from "@/map/address";
import { cleaned, queryOf } from "@/map/filters";
import { fromGcj, inChina, toGcj, written, type Point } from "@/map/gcj";
import { officersIn, tracksIn } from "@/map/inView";
import { DEFAULT_LAYERS, type LayerName } from "@/map/layers";
import { hidden, legend } from "@/map/legend";
import { arcs } from "@/map/marks";
import { boxOf, thingOf } from "@/map/picking";
import { ownAddress } from "@/map/requests";
import { readPoint } from "@/map/readPoint";
import { metresPerPixel, scaleBar } from "@/map/scale";
import { boxText } from "@/map/useInView";
import { gathered } from "@/map/useLiveTiles";

vi.mock("maplibre-gl", () => ({ addProtocol: () => undefined }));
vi.mock("@shared/api/client", () => ({ api: {} }));
vi.mock("@/live", () => ({ onLive: () => undefined }));
const { pieces, pixelOf, TILE } = await import("@/map/rasters");

describe("GCJ-02", () => {
  it("agrees with the server's formulas", () => {
    const [lon, lat] = toGcj([116.404, 39.915]);
    expect(lon).toBeCloseTo(116.41024449916938, 12);
    expect(lat).toBeCloseTo(39.91640428150164, 12);
  });
  it.each<Point>([[121.47, 31.23], [87.6, 43.8], [113.26, 23.13]])("comes back from %s", (...point) => {
    const back = fromGcj(toGcj(point as unknown as Point));
    expect(back[0]).toBeCloseTo(point[0]!, 9);
    expect(back[1]).toBeCloseTo(point[1]!, 9);
  });
  it("leaves other countries alone", () => {
    expect(inChina([13.4, 52.5])).toBe(false);
    expect(toGcj([13.4, 52.5])).toEqual([13.4, 52.5]);
    expect(fromGcj([13.4, 52.5])).toEqual([13.4, 52.5]);
  });
  it("writes decimetres", () => expect(written([121.4737, 31.2304])).toBe("121.473700, 31.230400"));
});

/** How far from its own pixel a place is drawn on a basemap in GCJ-02. */
function missedBy(place: Point, zoom: number): number {
  const [px, py] = pixelOf(place, zoom);
  const [column, row] = [Math.floor(px / TILE), Math.floor(py / TILE)];
  const [left, top] = [px - column * TILE, py - row * TILE];
  const piece = pieces(zoom, column, row).find((one) => left >= one.left && left < one.left + one.width && top >= one.top && top < one.top + one.height)!;
  const [shownX, shownY] = [piece.x * TILE + piece.fromLeft + left - piece.left, piece.y * TILE + piece.fromTop + top - piece.top];
  const [wantedX, wantedY] = pixelOf(toGcj(place), zoom);
  return Math.hypot(shownX - wantedX, shownY - wantedY);
}

describe("basemap tiles in GCJ-02", () => {
  const [zoom, x, y] = [15, 27440, 13387] as const;
  it("are put together without gap or overlap from those that show the same ground", () => {
    const found = pieces(zoom, x, y);
    expect(new Set(found.map((piece) => `${piece.x}/${piece.y}`)).size).toBe(4);
    expect(found.reduce((sum, { width, height }) => sum + width * height, 0)).toBe(TILE * TILE);
    for (const piece of found) expect([piece.fromLeft, piece.fromTop, TILE - piece.fromLeft - piece.width, TILE - piece.fromTop - piece.height].every((room) => room >= 0)).toBe(true);
  });
  it.each([
    ["the demo city", [121.4387792, 31.2087031, 121.5035908, 31.2513289]],
    ["Shanghai", [120.85, 30.68, 122.0, 31.87]],
    ["Harbin", [125.7, 44.07, 130.2, 46.67]],
  ] as const)("put the places of %s where they are: to a pixel, to two metres where things stand for themselves", (_, [west, south, east, north]) => {
    for (let zoom = 10; zoom <= 19; zoom++) {
      let worst = 0;
      for (let i = 0; i <= 24; i++)
        for (let j = 0; j <= 24; j++) worst = Math.max(worst, missedBy([west + ((east - west) * i) / 24, south + ((north - south) * j) / 24], zoom));
      expect(worst, `zoom ${zoom}`).toBeLessThan(1);
      // These tiles are half as wide as the map's own: their zoom 16 is drawn at the map's 15, from which on cases stand for themselves.
      if (zoom >= 16) expect(worst * 2 * metresPerPixel(south, zoom), `metres at zoom ${zoom}`).toBeLessThan(2);
    }
  });
  it("are one for one where nothing is shifted", () => {
    for (const { x: column, y: row, left, top, fromLeft, fromTop } of pieces(10, 550, 335)) expect([column, row, left, top]).toEqual([550, 335, fromLeft, fromTop]);
  });
});

describe("the legend", () => {
  const all = new Set<LayerName>(DEFAULT_LAYERS);
  it("shows lamps for points, classes for counts, each for its zoom", () => {
    expect(legend(all, "points", 15).filter(({ kind }) => kind === "lamp")).toHaveLength(5);
    const far = legend(all, "cells", 11).filter(({ kind }) => kind === "class");
    const near = legend(all, "cells", 14).filter(({ kind }) => kind === "class");
    expect(far.at(-1)).toMatchObject({ from: 100, to: null });
    expect(near.map((entry) => (entry.kind === "class" ? [entry.from, entry.to] : []))).toEqual([[0, 0], [1, 1], [2, 3], [4, 7], [8, null]]);
  });
  it("names only borders that can be seen", () => {
    const levels = (zoom: number) => legend(all, "points", zoom).flatMap((entry) => (entry.kind === "border" ? [entry.level] : []));
    expect(levels(8)).toEqual(["district"]);
    expect(levels(14)).toEqual(["district", "street", "community", "cell"]);
  });
  it("says what is filtered and what is switched off, but not what nobody may see", () => {
    const layers = new Set<LayerName>(["base", "borders", "labels", "cases"]);
    expect(hidden({ lamp: "red", state: "handling" }, { q: "x" }, { layers, seesPeople: true })).toEqual({
      filters: [{ name: "state", value: "handling" }, { name: "lamp", value: "red" }], parts: [], layers: ["cells", "officers"],
    });
    expect(hidden({}, {}, { layers, seesPeople: false }).layers).toEqual(["cells"]);
    expect(hidden({ q: "x" }, { q: "x", area: "1" }, { layers: new Set(["parts"]), usual: ["parts"], seesPeople: true })).toEqual({ filters: [], parts: ["q"], layers: [] });
  });
});

describe("addresses", () => {
  it("carry the filter and keep what is the page's own", () => {
    expect(pageQuery({ case: "1", state: "handling", q: "x" }, { lamp: "red" })).toEqual({ case: "1", lamp: "red" });
    expect(boxQuery({ bbox: "121.1,31.1,121.2,31.2" })).toEqual([121.1, 31.1, 121.2, 31.2]);
    expect(boxQuery({ bbox: "1,2,3" })).toBeNull();
    expect(boxQuery({})).toBeNull();
  });
  it("of tiles name only what tiles know", () => {
    expect(cleaned({ sort: "due_at", state: " handling ", q: "" })).toEqual({ state: "handling" });
    expect(queryOf({ a: "", b: "1,2" })).toBe("?b=1%2C2");
    expect(queryOf({})).toBe("");
  });
  it("of our own tiles are asked at the page's server, others as they are", () => {
    expect(ownAddress("https://other.example/api/v1/tiles/base/1/2/3.mvt?x=1", "https://city.example")).toBe("https://city.example/api/v1/tiles/base/1/2/3.mvt?x=1");
    expect(ownAddress("https://tiles.example/1/2/3.png", "https://city.example")).toBeNull();
  });
  it("never leave the world", () => expect(boxText([-200, -95, 200, 95])).toBe("-180.000000,-90.000000,180.000000,90.000000"));
});

describe("what lies under the pointer", () => {
  const feature = (sourceLayer: string, properties: Record<string, unknown>) => thingOf({ sourceLayer, properties });
  it("is a case where a disc stands for one", () => {
    expect(feature("cases", { number: "1", count: 1, lamp: "red" })).toMatchObject({ kind: "case", number: "1", lamp: "red" });
    expect(feature("cases", { count: 3, red: 1, green: 2, bbox: "1,2,3,4" })).toMatchObject({ kind: "bucket", count: 3, bbox: [1, 2, 3, 4] });
  });
  it("is a community where cells are counted together", () => {
    expect(feature("cells", { code: "9", name: "甲", aggregate: true })).toMatchObject({ kind: "area", level: "community" });
    expect(feature("parts", { count: 3 })).toBeNull();
    expect(feature("roads", { name: "x" })).toBeNull();
  });
  it("has a box only where four numbers say so", () => {
    expect(boxOf("1,2,x,4")).toBeNull();
    expect(boxOf(null)).toBeNull();
  });
});

describe("small things", () => {
  it("rings close", () => {
    expect(arcs([1, 0, 3])).toEqual([{ index: 0, from: 0, to: 0.25 }, { index: 2, from: 0.25, to: 1 }]);
    expect(arcs([0, 0])).toEqual([]);
  });
  it("the scale is a round length that fits", () => {
    expect(metresPerPixel(0, 0)).toBeCloseTo(78271.5, 0);
    for (const zoom of [8, 11.3, 15.7, 19]) {
      const { pixels, metres } = scaleBar(31.2, zoom, 110);
      expect(pixels).toBeLessThanOrEqual(110);
      expect(pixels).toBeGreaterThan(40);
      expect([1, 2, 3, 5]).toContain(Math.round(metres / 10 ** Math.floor(Math.log10(metres) + 1e-9)));
    }
  });
  it("reads coordinates as people paste them", () => {
    expect(readPoint("121.47, 31.23")).toEqual([121.47, 31.23]);
    expect(readPoint("31.23，121.47")).toEqual([121.47, 31.23]);
    expect(readPoint("abc")).toBeNull();
    expect(readPoint("200, 100")).toBeNull();
  });
  it("gathers a burst into one", () => {
    vi.useFakeTimers();
    const act = vi.fn();
    const { ask, stop } = gathered(act, 100);
    ask();
    ask();
    vi.advanceTimersByTime(100);
    ask();
    stop();
    vi.advanceTimersByTime(200);
    expect(act).toHaveBeenCalledTimes(1);
    vi.useRealTimers();
  });
});

describe("people in view as a table", () => {
  const box: [number, number, number, number] = [121, 31, 122, 32];
  const at = (user: string, lon: number, lat: number) => ({ properties: { user_id: user, name: user, zone: "Z1", at: 1_773_108_000 }, geometry: { type: "Point" as const, coordinates: [lon, lat] } });
  it("has everybody once, and nobody who is out of view", () => {
    expect(officersIn([at("b", 121.5, 31.5), at("a", 121.2, 31.2), at("b", 121.5, 31.5), at("c", 123, 31)], box).map((row) => row.user)).toEqual(["a", "b"]);
  });
  it("adds up ways, a piece that two tiles hold once", () => {
    const way = (coordinates: [number, number][]) => ({ properties: { shift_id: "s", user_id: "a", name: "a", started_at: 1 }, geometry: { type: "LineString" as const, coordinates } });
    const piece: [number, number][] = [[121.5, 31.5], [121.5, 31.51]];
    const [row, ...others] = tracksIn([way(piece), way(piece), way([[121.5, 31.51], [121.5, 31.52]]), way([[123, 31], [123, 31.1]])], box);
    expect(others).toEqual([]);
    expect(row!.length_m).toBeGreaterThan(2220);
    expect(row!.length_m).toBeLessThan(2228);
  });
});
