/** The layers of a map of figures: outlines from the city's tiles, coloured by what each area's state says. */
import type { LayerSpecification, SourceSpecification } from "maplibre-gl";
import type { Look } from "@/map/look";
import type { AreaSubject } from "../ranking/indicators";
import { MOST } from "./classes";

export const SOURCES = { areas: "evaluation-areas", cells: "evaluation-cells" } as const;
export const HATCH = "evaluation-hatch";
/** From here on tiles have cells; from further away communities stand for them. */
export const CELLS_FROM = 13;
/** Below these the map's own borders and names stay. */
export const UNDER = ["border-community", "border-street", "border-district", "border-city"] as const;
/** What is chosen lies over the borders and below the names. */
export const UNDER_NAMES = ["road-names", "water-names", "name-community", "name-street", "name-district"] as const;

export const sourcesOf = (origin: string): [string, SourceSpecification][] =>
  (["areas", "cells"] as const).map((tiles) => [SOURCES[tiles], { type: "vector", url: `${origin}/api/v1/tiles/${tiles}.json`, promoteId: { [tiles]: "code" } }]);

interface Shown {
  name: string;
  tiles: "areas" | "cells";
  filter: unknown[];
  minzoom?: number;
  maxzoom?: number;
}

/** Which outlines stand for areas of a level, by zoom. */
export function shownBy(level: AreaSubject): Shown[] {
  const aggregate: Shown = { name: "aggregate", tiles: "cells", filter: ["to-boolean", ["get", "aggregate"]], maxzoom: CELLS_FROM };
  if (level === "cell") return [aggregate, { name: "cell", tiles: "cells", filter: ["!", ["to-boolean", ["get", "aggregate"]]], minzoom: CELLS_FROM }];
  const own: Shown = { name: level, tiles: "areas", filter: ["==", ["get", "level"], level] };
  return level === "community" ? [aggregate, { ...own, minzoom: CELLS_FROM }] : [own];
}

const state = (name: string, otherwise: unknown) => ["coalesce", ["feature-state", name], otherwise];

export const fillIds = (level: AreaSubject): string[] => shownBy(level).map(({ name }) => `evaluation-fill-${name}`);

/** Hatched where there is no data, the colour of the class over it, what lies between. */
export function layersOf(level: AreaSubject, look: Look): LayerSpecification[] {
  const colours = [look.ramp0, look.ramp1, look.ramp2, look.ramp3, look.ramp4];
  const colour = ["match", state("ramp", -1), ...Array.from({ length: MOST }, (_, step) => [step, colours[step]]).flat(), look.land];
  return shownBy(level).flatMap(({ name, tiles, filter, minzoom, maxzoom }) => {
    const common = { source: SOURCES[tiles], "source-layer": tiles, filter, ...(minzoom ? { minzoom } : {}), ...(maxzoom ? { maxzoom } : {}) };
    return [
      { ...common, id: `evaluation-hatch-${name}`, type: "fill", paint: { "fill-pattern": HATCH } },
      { ...common, id: `evaluation-fill-${name}`, type: "fill", paint: { "fill-color": colour, "fill-opacity": ["case", [">=", state("ramp", -1), 0], 1, 0] } },
      { ...common, id: `evaluation-line-${name}`, type: "line", paint: { "line-color": look.line, "line-width": 0.5, "line-opacity": 0.5 } },
    ];
  }) as unknown as LayerSpecification[];
}

/** The outline of what is chosen. */
export function liftOf(level: AreaSubject, look: Look): LayerSpecification[] {
  return shownBy(level).map(({ name, tiles, filter, minzoom, maxzoom }) => ({
    id: `evaluation-lift-${name}`, type: "line", source: SOURCES[tiles], "source-layer": tiles, filter, ...(minzoom ? { minzoom } : {}), ...(maxzoom ? { maxzoom } : {}),
    layout: { "line-join": "round" }, paint: { "line-color": look.person, "line-width": 5, "line-opacity": ["case", state("lifted", false), 1, 0] },
  })) as unknown as LayerSpecification[];
}

/** A small square of hatching in a colour "#rrggbb" over nothing. */
export function hatch(colour: string, size = 16): { width: number; height: number; data: Uint8Array } {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as [number, number, number];
  const data = new Uint8Array(size * size * 4);
  for (let y = 0; y < size; y += 1)
    for (let x = 0; x < size; x += 1) if ((x + y) % (size / 2) < 2) data.set([red, green, blue, 90], (y * size + x) * 4);
  return { width: size, height: size, data };
}
