import { describe, expect, it } from "vitest";
import type { LayerSpecification } from "maplibre-gl";
import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { LAYERS, type CaseView, type LayerName } from "@/map/layers";
import { fontFamilies, TOKENS, type Look } from "@/map/look";
import type { StyleState } from "@/map/state";
import { buildStyle, tileUrl } from "@/map/style";

const colours = Object.fromEntries(Object.keys(TOKENS).map((name) => [name, "#123456"])) as Record<keyof typeof TOKENS, string>;
const look: Look = { ...colours, name: "dark", fonts: ["PingFang SC", "sans-serif"] };

function state(changes: Partial<StyleState> = {}): StyleState {
  return {
    origin: "https://city.example", look, layers: new Set(LAYERS), view: "points", filter: {}, parts: {}, selected: null, selectedPart: null,
    selectedArea: null, basemap: null, shifted: (tile) => `gcj02://0/${tile.length}`, ...changes,
  };
}
const named = (layers: LayerSpecification[]) => Object.fromEntries(layers.map((layer) => [layer.id, layer as LayerSpecification & Record<string, unknown>]));

// What the tiles hold, as those who cut them and those who draw them agreed.
const HELD: Record<string, string[]> = {
  base: ["roads", "water", "green", "buildings"],
  areas: ["areas", "area_labels"],
  cells: ["cells", "cell_labels"],
  cases: ["cases"],
  parts: ["parts"],
  tracks: ["tracks", "officers"],
};

describe("the style of the map", () => {
  it.each<CaseView>(["points", "cells", "heat"])("is valid and asks tiles for what is in them (%s)", (view) => {
    const style = buildStyle(state({ view }));
    expect(validateStyleMin(style as never)).toEqual([]);
    for (const layer of style.layers)
      if ("source" in layer && "source-layer" in layer) expect(HELD[layer.source as string]).toContain(layer["source-layer"]);
  });

  it("asks nobody but its own server", () => {
    const style = buildStyle(state());
    expect(style.glyphs).toBeUndefined();
    expect(style.sprite).toBeUndefined();
    for (const source of Object.values(style.sources)) expect((source as { url: string }).url).toMatch(/^https:\/\/city\.example\/api\/v1\/tiles\//);
  });

  it("draws in the colours of the page alone", () => {
    const drawn = JSON.stringify(buildStyle(state()).layers).match(/#[0-9a-f]{3,8}/gi) ?? [];
    expect(new Set(drawn)).toEqual(new Set(["#123456"]));
  });

  it("leaves out the tiles of what is switched off", () => {
    expect(Object.keys(buildStyle(state({ layers: new Set<LayerName>(["base", "cases"]) })).sources)).toEqual(["base", "cases"]);
    expect(buildStyle(state({ layers: new Set() })).layers.map(({ id }) => id)).toEqual(["land"]);
  });

  it("tells discs from single cases, a disc of one being the case", () => {
    const layers = named(buildStyle(state()).layers);
    expect(layers["case-discs"]!.filter).toEqual([">", ["to-number", ["get", "count"], 0], 1]);
    expect(layers["case-lamps"]!.filter).toEqual(["any", ["!", ["has", "count"]], ["==", ["to-number", ["get", "count"], 0], 1]]);
  });

  it("draws borders heavier the higher the area", () => {
    const widths = ["community", "street", "district", "city"].map((level) => {
      const paint = named(buildStyle(state()).layers)[`border-${level}`]!.paint as { "line-width": number[] };
      return paint["line-width"].at(-1)!;
    });
    expect(widths).toEqual([...widths].sort((one, other) => one - other));
  });

  it("lifts what is selected", () => {
    const layers = named(buildStyle(state({ selected: "20260310-000001", selectedArea: "990101", selectedPart: "P1" })).layers);
    expect(JSON.stringify(layers["case-picked"]!.filter)).toContain("20260310-000001");
    expect(layers["areas-selected"]!.filter).toEqual(["==", ["get", "code"], "990101"]);
    expect(layers["part-picked"]!.filter).toEqual(["==", ["get", "code"], "P1"]);
  });

  it("puts the online basemap under everything, moved where it is drawn in GCJ-02", () => {
    const basemap = { kind: "amap", crs: "gcj02", tiles: ["https://a.example/{z}/{x}/{y}"], attribution: "A", max_zoom: 18 } as const;
    const style = buildStyle(state({ basemap: { ...basemap, tiles: [...basemap.tiles] } }));
    expect(style.layers.slice(0, 2).map(({ id }) => id)).toEqual(["land", "basemap"]);
    expect((style.sources.basemap as { tiles: string[] }).tiles[0]).toMatch(/^gcj02:/);
    expect(validateStyleMin(style as never)).toEqual([]);
  });

  it("narrows cases and parts as their lists do", () => {
    const narrowed = state({ filter: { state: "handling,to_check", lamp: "red" }, view: "heat", parts: { q: "井盖", area: "99" } });
    expect(tileUrl(narrowed, "cases")).toBe("https://city.example/api/v1/tiles/cases.json?state=handling%2Cto_check&lamp=red&view=heat");
    expect(tileUrl(narrowed, "parts")).toBe("https://city.example/api/v1/tiles/parts.json?q=%E4%BA%95%E7%9B%96");
    expect(tileUrl(narrowed, "areas")).toBe("https://city.example/api/v1/tiles/areas.json");
  });

  it("reads the names of fonts", () => {
    expect(fontFamilies('"PingFang SC", system-ui,  sans-serif')).toEqual(["PingFang SC", "system-ui", "sans-serif"]);
  });
});
