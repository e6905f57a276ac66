/** What lies under a point of the map, the most important first, in words that a card can show. */
import type { Map as GlMap, MapGeoJSONFeature } from "maplibre-gl";

interface Point2D {
  x: number;
  y: number;
}

export type Picked =
  | { kind: "case"; number: string; lamp: string | null; state: string | null; type: string | null; supervised: boolean; openedAt: number | null }
  | { kind: "bucket"; count: number; lamps: Record<string, number>; bbox: [number, number, number, number] | null; name: string | null; code: string | null }
  | { kind: "part"; code: string; type: string | null; state: string | null; owner: string | null }
  | { kind: "officer"; user: string; name: string | null; zone: string | null; at: number | null }
  | { kind: "area"; code: string; name: string | null; level: string };

export interface Pick {
  thing: Picked;
  lon: number;
  lat: number;
}

const ORDER = ["officers", "case-picked", "case-lamps", "case-discs", "part-points", "part-lines", "case-counts", "cells-hit"];
/** Fingers are thicker than points. */
const REACH_PIXELS = 8;

export function pick(map: GlMap, point: Point2D): Pick | null {
  const layers = ORDER.filter((name) => map.getLayer(name));
  if (!layers.length) return null;
  const found = map.queryRenderedFeatures([[point.x - REACH_PIXELS, point.y - REACH_PIXELS], [point.x + REACH_PIXELS, point.y + REACH_PIXELS]], { layers });
  const inside = map.queryRenderedFeatures([point.x, point.y], { layers });
  for (const layer of layers) {
    // Areas count where one points, things also beside it.
    const features = layer === "cells-hit" || layer === "case-counts" ? inside : found;
    const feature = features.find((candidate) => candidate.layer.id === layer);
    const thing = feature && thingOf(feature);
    if (thing) return { thing, ...placeOf(map, feature, point) };
  }
  return null;
}

function placeOf(map: GlMap, feature: MapGeoJSONFeature, point: Point2D): { lon: number; lat: number } {
  if (feature.geometry.type === "Point") {
    const [lon = 0, lat = 0] = feature.geometry.coordinates;
    return { lon, lat };
  }
  const place = map.unproject([point.x, point.y]);
  return { lon: place.lng, lat: place.lat };
}

type Values = Record<string, unknown>;
const text = (values: Values, name: string) => (typeof values[name] === "string" ? values[name] : null);
const count = (values: Values, name: string) => (typeof values[name] === "number" ? values[name] : 0);

export function thingOf(feature: Featured): Picked | null {
  const values: Values = feature.properties ?? {};
  switch (feature.sourceLayer) {
    case "cases":
      return caseOf(values);
    case "parts":
      return text(values, "code") ? { kind: "part", code: text(values, "code")!, type: text(values, "type_name"), state: text(values, "state"), owner: text(values, "owner") } : null;
    case "officers":
      return { kind: "officer", user: String(values.user_id ?? ""), name: text(values, "name"), zone: text(values, "zone"), at: count(values, "at") || null };
    case "cells":
      return text(values, "code") ? { kind: "area", code: text(values, "code")!, name: text(values, "name"), level: values.aggregate ? "community" : "cell" } : null;
    default:
      return null;
  }
}

interface Featured {
  sourceLayer?: string;
  properties: Values | null;
}

function caseOf(values: Values): Picked {
  const number = text(values, "number");
  if (number && count(values, "count") <= 1) {
    return { kind: "case", number, lamp: text(values, "lamp"), state: text(values, "state"), type: text(values, "type_name"), supervised: values.supervised === true, openedAt: count(values, "opened_at") || null };
  }
  const lamps = Object.fromEntries(["red", "yellow", "green", "grey", "ended"].map((lamp) => [lamp, count(values, lamp)]));
  const all = count(values, "count") || Object.values(lamps).reduce((sum, value) => sum + value, 0);
  return { kind: "bucket", count: all, lamps, bbox: boxOf(text(values, "bbox")), name: text(values, "name"), code: text(values, "code") };
}

/** "w,s,e,n" as numbers, null where it is none. */
export function boxOf(words: string | null): [number, number, number, number] | null {
  const numbers = (words ?? "").split(",").map(Number);
  return numbers.length === 4 && numbers.every((value) => Number.isFinite(value)) && words ? (numbers as [number, number, number, number]) : null;
}
