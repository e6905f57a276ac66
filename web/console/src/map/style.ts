/** The style of a map: our own tiles, in the colours of the page, nothing of anybody else's but a basemap the city chose. */
import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { Basemap } from "@/city";
import { caseLayers } from "./caseLayers";
import { queryOf } from "./filters";
import { groundLayers, labelLayers, type Layer } from "./groundLayers";
import { TILES_OF, type LayerName } from "./layers";
import type { Look } from "./look";
import type { StyleState } from "./state";
import { partLayers, peopleLayers } from "./thingLayers";

/** Where the description of a layer's tiles lies, with what narrows them. */
export function tileUrl(state: StyleState, tiles: string): string {
  const narrowed: Record<string, string | undefined> = {};
  if (tiles === "cases") Object.assign(narrowed, state.filter, state.view === "points" ? {} : { view: state.view });
  if (tiles === "parts") {
    const { type, owner, state: condition, q } = state.parts;
    Object.assign(narrowed, { type, owner, state: condition, q });
  }
  return `${state.origin}/api/v1/tiles/${tiles}.json${queryOf(narrowed)}`;
}

export function buildStyle(state: StyleState): StyleSpecification {
  const sources: Record<string, SourceSpecification> = {};
  for (const name of state.layers) {
    const tiles = TILES_OF[name];
    sources[tiles] ??= { type: "vector", url: tileUrl(state, tiles) };
  }
  if (state.basemap) sources.basemap = rasterSource(state.basemap, state.shifted);
  return { version: 8, name: "FieldGrid", sources, layers: orderedLayers(state) as LayerSpecification[] };
}

/** Ground, counts, borders, things, names, cases, people: in the order in which they cover each other. */
function orderedLayers(state: StyleState): Layer[] {
  const shown = (name: LayerName, layers: Layer[]) => (state.layers.has(name) ? layers : []);
  const ground = groundLayers(state);
  const cases = caseLayers(state);
  const people = peopleLayers(state.look);
  const labels = labelLayers(state);
  return [
    { id: "land", type: "background", paint: { "background-color": state.look.land } } as Layer,
    ...(state.basemap ? [basemapLayer(state.look)] : []),
    ...shown("base", state.basemap ? [] : ground.base),
    ...shown("cases", cases.under),
    ...shown("cells", ground.cells),
    ...shown("borders", ground.borders),
    ...shown("tracks", people.tracks),
    ...shown("labels", labels.small),
    ...(state.layers.has("labels") && state.layers.has("cells") ? labels.cells : []),
    ...shown("parts", partLayers(state)),
    ...shown("labels", labels.large),
    ...shown("cases", cases.over),
    ...shown("officers", people.officers),
  ];
}

function rasterSource(basemap: Basemap, shifted: (tile: string) => string): SourceSpecification {
  const tiles = basemap.crs === "gcj02" ? basemap.tiles.map(shifted) : basemap.tiles;
  return { type: "raster", tiles, tileSize: 256, maxzoom: basemap.max_zoom, attribution: basemap.attribution };
}

/** Somebody else's map stands back behind the work. */
function basemapLayer(look: Look): Layer {
  const dark = look.name === "dark";
  const paint = { "raster-saturation": -0.6, "raster-opacity": dark ? 0.35 : 0.75, "raster-contrast": -0.1 };
  return { id: "basemap", type: "raster", source: "basemap", paint } as Layer;
}
