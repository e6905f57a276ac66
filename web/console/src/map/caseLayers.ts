/** Cases on the map: lamps, counted discs with a ring of lamp shares, counts by cell, heat. */
import { fonts, type Layer } from "./groundLayers";
import type { Look } from "./look";
import { RING, RING_PARTS } from "./marks";
import type { StyleState } from "./state";

const number = (name: string) => ["to-number", ["get", name], 0];
const ROWS: Record<string, string> = { none: "ended" };
const lampCount = (lamp: string) => number(ROWS[lamp] ?? lamp);
/** Open cases of a bucket or an area. */
export const OPEN = ["+", number("green"), number("yellow"), number("red"), number("grey")];

const single = ["any", ["!", ["has", "count"]], ["==", number("count"), 1]];
const many = [">", number("count"), 1];

/** Sizes of discs by how many they stand for, in pixels. */
export const DISC_SIZES = [30, 10, 36, 100, 44, 1000, 54] as const;
const discSize = ["step", number("count"), ...DISC_SIZES];

/** A lamp's part of the ring: twelfths, rounded, one at least where there is any. */
function share(lamp: string): unknown {
  const count = lampCount(lamp);
  return ["case", [">", count, 0], ["max", 1, ["round", ["/", ["*", RING_PARTS, count], ["max", 1, number("count")]]]], 0];
}

function discImage(look: Look): unknown {
  const parts = RING.flatMap((lamp) => [":", ["to-string", share(lamp)]]);
  return ["concat", `disc:${look.name}:`, ["to-string", discSize], ...parts];
}

const lampImage = (look: Look) => ["concat", `lamp:${look.name}:`, ["coalesce", ["get", "lamp"], "none"], ["case", ["to-boolean", ["get", "supervised"]], ":s", ""]];
const urgency = ["match", ["coalesce", ["get", "lamp"], "none"], "red", 4, "yellow", 3, "green", 2, "grey", 1, 0];
const shortCount = (count: unknown) => ["case", ["<", count, 10_000], ["to-string", count], ["concat", ["to-string", ["round", ["/", count, 1000]]], "k"]];

/** From here on cells stand for themselves, below communities and streets do. */
export const CELLS_FROM = 13;

/** Upper bounds of the classes of counts: of communities and streets, and from z13 on of cells. */
export const CLASSES = { areas: [1, 10, 30, 100], cells: [1, 2, 4, 8] } as const;

export function rampColours(look: Look): string[] {
  return [look.ramp0, look.ramp1, look.ramp2, look.ramp3, look.ramp4];
}

export function caseLayers(state: StyleState): { under: Layer[]; over: Layer[] } {
  if (state.view === "cells") return { under: counts(state), over: countLabels(state.look) };
  if (state.view === "heat") return { under: [heat(state.look)] as unknown as Layer[], over: [] };
  return { under: [], over: points(state) };
}

function points({ look, selected }: StyleState): Layer[] {
  const source = { source: "cases", "source-layer": "cases" };
  const picked = ["all", single, ["==", ["get", "number"], selected ?? ""]];
  return [
    {
      id: "case-discs", type: "symbol", ...source, filter: many,
      layout: {
        "icon-image": discImage(look), "icon-allow-overlap": true, "text-field": shortCount(number("count")), "text-font": fonts(look, true),
        "text-size": ["step", number("count"), 12, 100, 13, 1000, 14], "text-allow-overlap": true, "symbol-sort-key": number("count"),
      },
      paint: { "text-color": look.text },
    },
    {
      id: "case-lamps", type: "symbol", ...source, filter: single,
      layout: { "icon-image": lampImage(look), "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": urgency },
    },
    { id: "case-halo", type: "circle", ...source, filter: picked, paint: { "circle-radius": 17, "circle-color": look.brand, "circle-opacity": 0.25, "circle-stroke-color": look.brand, "circle-stroke-width": 3 } },
    { id: "case-picked", type: "symbol", ...source, filter: picked, layout: { "icon-image": lampImage(look), "icon-allow-overlap": true, "icon-ignore-placement": true, "icon-size": 1.4 } },
  ] as unknown as Layer[];
}

function counts({ look, selectedArea }: StyleState): Layer[] {
  const colours = rampColours(look);
  const classed = (bounds: readonly number[]) => ["step", OPEN, colours[0], ...bounds.flatMap((bound, index) => [bound, colours[index + 1]])];
  const source = { source: "cases", "source-layer": "cases" };
  return [
    { id: "case-counts", type: "fill", ...source, paint: { "fill-color": ["step", ["zoom"], classed(CLASSES.areas), CELLS_FROM, classed(CLASSES.cells)], "fill-opacity": 0.85 } },
    { id: "case-counts-line", type: "line", ...source, paint: { "line-color": look.halo, "line-width": 0.6 } },
    { id: "case-counts-selected", type: "line", ...source, filter: ["==", ["get", "code"], selectedArea ?? ""], paint: { "line-color": look.brand, "line-width": 4 } },
  ] as unknown as Layer[];
}

/** Numbers of large areas, and of cells once they have room for them: between, colours say it. */
function countLabels(look: Look): Layer[] {
  const labels = (id: string, zooms: object) => ({
    id, type: "symbol", source: "cases", "source-layer": "cases", filter: [">", OPEN, 0], ...zooms,
    layout: { "text-field": shortCount(OPEN), "text-font": fonts(look, true), "text-size": 12, "text-offset": [0, 1.2] },
    paint: { "text-color": look.label, "text-halo-color": look.halo, "text-halo-width": 1.8 },
  });
  return [labels("case-count-areas", { maxzoom: CELLS_FROM }), labels("case-count-cells", { minzoom: 14.6 })] as unknown as Layer[];
}

function heat(look: Look): unknown {
  return {
    id: "case-heat", type: "heatmap", source: "cases", "source-layer": "cases",
    paint: {
      "heatmap-weight": ["interpolate", ["linear"], ["to-number", ["get", "weight"], 1], 0, 0, 1, 0.25, 10, 0.7, 50, 1],
      "heatmap-radius": ["interpolate", ["linear"], ["zoom"], 8, 14, 14, 30, 18, 46],
      "heatmap-intensity": ["interpolate", ["linear"], ["zoom"], 8, 0.9, 13, 1.8, 16, 3],
      "heatmap-opacity": 0.8,
      "heatmap-color": ["interpolate", ["linear"], ["heatmap-density"], 0, `${look.ramp1}00`, 0.15, look.ramp1, 0.4, look.ramp2, 0.7, look.ramp3, 1, look.ramp4],
    },
  };
}
