/** Where a part is: a point, or somewhere on its line. */

export interface Place {
  lon: number;
  lat: number;
}
type Pair = [number, number];

const isPair = (value: unknown): value is Pair => Array.isArray(value) && typeof value[0] === "number" && typeof value[1] === "number";

/** The point, or the middle corner of a line; null where there is neither. */
export function middleOf(geometry: { [key: string]: unknown } | null | undefined): Place | null {
  const coordinates = geometry?.coordinates;
  if (isPair(coordinates)) return { lon: coordinates[0], lat: coordinates[1] };
  if (!Array.isArray(coordinates) || !coordinates.length) return null;
  const corner: unknown = coordinates[Math.floor((coordinates.length - 1) / 2)];
  return isPair(corner) ? { lon: corner[0], lat: corner[1] } : null;
}

const EARTH_M = 6_371_008.8;

/** Metres between two places, on the sphere: good to half a percent, enough to say how far a thing was moved. */
export function metresBetween(one: Place, other: Place): number {
  const rad = Math.PI / 180;
  const x = (other.lon - one.lon) * rad * Math.cos(((one.lat + other.lat) / 2) * rad);
  const y = (other.lat - one.lat) * rad;
  return Math.hypot(x, y) * EARTH_M;
}
