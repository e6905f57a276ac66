/** People and their ways in view, out of the tiles that are drawn: once each, however many tiles they lie in. */
import type { GeoJSONFeature } from "maplibre-gl";
import type { Bounds } from "./useMap";

type Drawn = Pick<GeoJSONFeature, "properties" | "geometry">;
export interface OfficerRow {
  user: string;
  name: string;
  zone: string;
  at: number | null;
  lon: number;
  lat: number;
}
export interface TrackRow {
  shift: string;
  user: string;
  name: string;
  zone: string;
  started: number | null;
  length_m: number;
}

const words = (value: unknown) => (typeof value === "string" ? value : "");
const seconds = (value: unknown) => (typeof value === "number" && value > 0 ? value : null);
const within = ([west, south, east, north]: Bounds, [lon = NaN, lat = NaN]: readonly number[]) => lon >= west && lon <= east && lat >= south && lat <= north;
const byName = (one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name);

export function officersIn(features: readonly Drawn[], bounds: Bounds): OfficerRow[] {
  const found = new Map<string, OfficerRow>();
  for (const { properties, geometry } of features) {
    if (geometry.type !== "Point" || !within(bounds, geometry.coordinates)) continue;
    const [lon = 0, lat = 0] = geometry.coordinates;
    const user = words(properties.user_id);
    found.set(user, { user, name: words(properties.name), zone: words(properties.zone), at: seconds(properties.at), lon, lat });
  }
  return [...found.values()].sort(byName);
}

const EARTH_M = 6_371_008.8;
/** Metres of a way inside a box; a piece counts where its middle lies inside, so that neighbouring tiles count none twice. */
export function lengthWithin(line: readonly (readonly number[])[], counts: (middle: readonly [number, number]) => boolean): number {
  const rad = Math.PI / 180;
  let sum = 0;
  for (let index = 1; index < line.length; index++) {
    const [[x0 = 0, y0 = 0], [x1 = 0, y1 = 0]] = [line[index - 1]!, line[index]!];
    const middle = [(x0 + x1) / 2, (y0 + y1) / 2] as const;
    if (counts(middle)) sum += Math.hypot((x1 - x0) * rad * Math.cos(middle[1] * rad), (y1 - y0) * rad) * EARTH_M;
  }
  return sum;
}

export function tracksIn(features: readonly Drawn[], bounds: Bounds): TrackRow[] {
  const found = new Map<string, TrackRow>();
  const seen = new Set<string>();
  for (const { properties, geometry } of features) {
    const lines = geometry.type === "LineString" ? [geometry.coordinates] : geometry.type === "MultiLineString" ? geometry.coordinates : [];
    const shift = words(properties.shift_id);
    for (const line of lines) {
      // A piece that two tiles hold is the same to a metre; it counts once.
      const length = lengthWithin(line, (middle) => {
        const key = `${shift}:${middle[0].toFixed(5)},${middle[1].toFixed(5)}`;
        return within(bounds, middle) && !seen.has(key) && !!seen.add(key);
      });
      if (!length) continue;
      const row = found.get(shift) ?? { shift, user: words(properties.user_id), name: words(properties.name), zone: words(properties.zone), started: seconds(properties.started_at), length_m: 0 };
      found.set(shift, { ...row, length_m: row.length_m + length });
    }
  }
  return [...found.values()].sort(byName);
}
