/** Parts, people on duty and their ways. */
import { fonts, type Layer } from "./groundLayers";
import type { Look } from "./look";
import type { StyleState } from "./state";

const count = ["to-number", ["get", "count"], 1];

export function partLayers({ look, selectedPart }: StyleState): Layer[] {
  const source = { source: "parts", "source-layer": "parts" };
  const one = ["has", "code"];
  const line = ["==", ["geometry-type"], "LineString"];
  const picked = ["==", ["get", "code"], selectedPart ?? ""];
  return [
    {
      id: "part-buckets", type: "circle", ...source, filter: ["!", one],
      paint: { "circle-color": look.part, "circle-opacity": 0.28, "circle-stroke-color": look.part, "circle-stroke-width": 1, "circle-radius": ["interpolate", ["linear"], count, 1, 5, 10, 10, 100, 13, 10_000, 22] },
    },
    {
      id: "part-counts", type: "symbol", ...source, filter: ["all", ["!", one], [">", count, 9]],
      layout: { "text-field": ["to-string", count], "text-font": fonts(look, true), "text-size": 11, "text-allow-overlap": true },
      paint: { "text-color": look.label, "text-halo-color": look.halo, "text-halo-width": 1.5 },
    },
    { id: "part-lines", type: "line", ...source, filter: ["all", one, line], paint: { "line-color": look.part, "line-width": 3, "line-dasharray": [2, 1] } },
    {
      id: "part-points", type: "symbol", ...source, filter: ["all", one, ["!", line]],
      layout: { "icon-image": ["concat", `part:${look.name}:`, ["case", ["in", ["coalesce", ["get", "state"], "intact"], ["literal", ["intact", ""]]], "intact", "faulty"]], "icon-allow-overlap": true, "icon-ignore-placement": true },
    },
    { id: "part-picked", type: "circle", ...source, filter: picked, paint: { "circle-radius": 14, "circle-color": look.brand, "circle-opacity": 0.25, "circle-stroke-color": look.brand, "circle-stroke-width": 3 } },
  ] as unknown as Layer[];
}

export function peopleLayers(look: Look): { tracks: Layer[]; officers: Layer[] } {
  return {
    tracks: [
      {
        id: "tracks-edge", type: "line", source: "tracks", "source-layer": "tracks", layout: { "line-join": "round", "line-cap": "round" },
        paint: { "line-color": look.halo, "line-width": 5, "line-opacity": 0.7 },
      },
      {
        id: "tracks", type: "line", source: "tracks", "source-layer": "tracks", layout: { "line-join": "round", "line-cap": "round" },
        paint: { "line-color": look.person, "line-width": 2.5, "line-dasharray": [2, 1.2] },
      },
    ] as unknown as Layer[],
    officers: [
      {
        id: "officers", type: "symbol", source: "tracks", "source-layer": "officers",
        layout: {
          "icon-image": `person:${look.name}`, "icon-allow-overlap": true, "text-field": ["get", "name"], "text-font": fonts(look), "text-size": 12,
          "text-anchor": "top", "text-offset": [0, 1.1], "text-optional": true,
        },
        paint: { "text-color": look.person, "text-halo-color": look.halo, "text-halo-width": 2 },
      },
    ] as unknown as Layer[],
  };
}
