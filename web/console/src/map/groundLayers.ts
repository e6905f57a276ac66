/** What lies under the work: roads, water, green, buildings, borders heavier than cells, and names by level and zoom. */
import type { LayerSpecification } from "maplibre-gl";
import type { Look } from "./look";
import type { StyleState } from "./state";

export type Layer = LayerSpecification & { "source-layer"?: string; filter?: unknown };

const width = (...stops: number[]) => ["interpolate", ["exponential", 1.5], ["zoom"], ...stops];
const byLevel = (level: string) => ["==", ["get", "level"], level];

export function groundLayers(state: StyleState): { base: Layer[]; cells: Layer[]; borders: Layer[] } {
  return { base: base(state.look), cells: cells(state), borders: borders(state) };
}

function base(look: Look): Layer[] {
  const fill = (id: string, colour: string, minzoom = 8) => ({
    id, type: "fill", source: "base", "source-layer": id, minzoom, paint: { "fill-color": colour, "fill-antialias": id !== "buildings" },
  });
  const small = ["match", ["get", "class"], ["residential", "service", "path", "footway", "alley"], true, false];
  const roads = (id: string, colour: string, filter: unknown, minzoom: number, widths: number[]) => ({
    id, type: "line", source: "base", "source-layer": "roads", minzoom, filter,
    layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colour, "line-width": width(...widths) },
  });
  return [
    fill("green", look.green),
    fill("water", look.water),
    // Rivers may come as lines too.
    { id: "water-lines", type: "line", source: "base", "source-layer": "water", minzoom: 8, paint: { "line-color": look.water, "line-width": width(10, 1, 17, 5) } },
    fill("buildings", look.building, 14),
    roads("roads-small-edge", look.roadEdge, small, 14, [14, 1.8, 18, 12.5]),
    roads("roads-small", look.road, small, 13, [13, 0.8, 18, 10]),
    roads("roads-edge", look.roadEdge, ["!", small], 8, [9, 0.8, 13, 4.2, 18, 24]),
    roads("roads-large", look.road, ["!", small], 8, [9, 0.4, 13, 3, 18, 21]),
  ] as unknown as Layer[];
}

function cells(state: StyleState): Layer[] {
  const { look } = state;
  return [
    {
      id: "cells-line", type: "line", source: "cells", "source-layer": "cells", minzoom: 13,
      filter: ["!", ["to-boolean", ["get", "aggregate"]]],
      paint: { "line-color": look.cell, "line-width": width(13, 0.3, 18, 1.2), "line-opacity": ["interpolate", ["linear"], ["zoom"], 13, 0.15, 14.5, 0.45, 16, 0.8] },
    },
    {
      id: "cells-hit", type: "fill", source: "cells", "source-layer": "cells", minzoom: 13, paint: { "fill-color": look.brand, "fill-opacity": 0 },
    },
    lifted("cells-selected", "cells", state),
  ] as unknown as Layer[];
}

function lifted(id: string, tiles: "cells" | "areas", { look, selectedArea }: StyleState) {
  return {
    id, type: "line", source: tiles, "source-layer": tiles, filter: ["==", ["get", "code"], selectedArea ?? ""],
    layout: { "line-join": "round" }, paint: { "line-color": look.brand, "line-width": 4 },
  };
}

function borders(state: StyleState): Layer[] {
  const { look } = state;
  const line = (level: string, minzoom: number, widths: number[], extra: object = {}) => ({
    id: `border-${level}`, type: "line", source: "areas", "source-layer": "areas", minzoom, filter: byLevel(level),
    layout: { "line-join": "round" }, paint: { "line-color": look.border, "line-width": width(...widths), ...extra },
  });
  return [
    line("community", 12, [12, 0.4, 18, 1.6], { "line-opacity": 0.55, "line-dasharray": [4, 2] }),
    line("street", 9, [9, 0.4, 13, 1.4, 18, 3], { "line-opacity": 0.75 }),
    line("district", 7, [8, 1, 13, 2.6, 18, 4.5], { "line-opacity": 0.85 }),
    line("city", 0, [8, 1.6, 13, 3.4, 18, 5.5]),
    lifted("areas-selected", "areas", state),
  ] as unknown as Layer[];
}

const NAMES = [
  { level: "district", from: 8, to: 13.5, size: [8, 12, 11.5, 13.5, 13, 20], weight: "bold" },
  { level: "street", from: 11, to: 15, size: [11, 11, 15, 17], weight: "" },
  { level: "community", from: 13, to: 17.5, size: [13, 11, 17, 15], weight: "" },
] as const;

/** The fonts of the device; the first name says the weight to the drawer of glyphs. */
export function fonts(look: Look, bold = false): string[] {
  return bold ? [`${look.fonts[0] ?? "sans-serif"} Bold`, ...look.fonts] : look.fonts;
}

/** Where a district's name may stand: at its middle, else around what lies there, close by or further off. */
const STEPS = [0, -1, 1, -2, 2, -3, 3, -4, 4];
const AROUND = STEPS.flatMap((x) => [...STEPS, -5, 5].map((y) => [x * 0.8, y * 0.6] as const))
  .sort((one, other) => Math.hypot(...one) - Math.hypot(...other))
  .flatMap((offset) => ["center", offset]);

/** Names give way to the cases; those of districts look for room further off than the others. */
export function labelLayers({ look, basemap }: StyleState): { large: Layer[]; small: Layer[]; cells: Layer[] } {
  const paint = { "text-color": look.label, "text-halo-color": look.halo, "text-halo-width": 1.6 };
  const roads = {
    id: "road-names", type: "symbol", source: "base", "source-layer": "roads", minzoom: 14, filter: ["has", "name"],
    layout: { "symbol-placement": "line", "text-field": ["get", "name"], "text-font": fonts(look), "text-size": 11, "symbol-spacing": 320 },
    paint: { ...paint, "text-opacity": 0.85 },
  };
  const water = {
    id: "water-names", type: "symbol", source: "base", "source-layer": "water", minzoom: 12, filter: ["has", "name"],
    layout: { "text-field": ["get", "name"], "text-font": fonts(look), "text-size": 11 }, paint: { ...paint, "text-opacity": 0.85 },
  };
  const names = NAMES.map(({ level, from, to, size, weight }) => ({
    id: `name-${level}`, type: "symbol", source: "areas", "source-layer": "area_labels", minzoom: from, maxzoom: to, filter: byLevel(level),
    layout: {
      "text-field": ["get", "name"], "text-font": fonts(look, weight === "bold"), "text-size": ["interpolate", ["linear"], ["zoom"], ...size],
      "text-letter-spacing": level === "district" ? 0.12 : 0.04, "text-padding": level === "district" ? 1 : 4,
      // Names of smaller areas look for room beside the cases.
      ...(level === "district" ? { "text-variable-anchor-offset": AROUND, "text-justify": "auto" } : { "text-variable-anchor": ["center", "top", "bottom", "left", "right"], "text-radial-offset": 0.9, "text-justify": "auto" }),
    },
    paint: { ...paint, "text-color": level === "community" ? look.label : look.border, "text-halo-width": 2.4 },
  }));
  const cell = {
    id: "name-cell", type: "symbol", source: "cells", "source-layer": "cell_labels", minzoom: 16.3,
    layout: { "text-field": ["slice", ["get", "code"], -3], "text-font": fonts(look), "text-size": 11, "text-padding": 10 },
    paint: { ...paint, "text-opacity": 0.8 },
  };
  const ground = basemap ? [] : [roads, water];
  const [district, street, community] = names;
  return {
    large: [district] as unknown as Layer[],
    small: [...ground, community, street] as unknown as Layer[],
    cells: [cell] as unknown as Layer[],
  };
}
