/** Officers on duty: their shifts, and where they are as the stream tells it. */
import type { components } from "@shared/api/schema";
import type { Feature, FeatureCollection } from "geojson";

export type Shift = components["schemas"]["ShiftOut"];
export type TrackPoint = components["schemas"]["TrackPointOut"];
export type Task = components["schemas"]["TaskOut"];

export interface Heard {
  user_id: string;
  name: string;
  lon: number;
  lat: number;
  at: string;
  zone_code: string | null;
}

/** The shifts with the place that was heard last; one that is older than what is known changes nothing. */
export function moved(shifts: readonly Shift[], heard: Heard): { shifts: Shift[]; known: boolean } {
  let known = false;
  const next = shifts.map((shift) => {
    if (shift.user.id !== heard.user_id || shift.ended_at) return shift;
    known = true;
    if (shift.position && Date.parse(shift.position.at) >= Date.parse(heard.at)) return shift;
    return { ...shift, position: { lon: heard.lon, lat: heard.lat, crs: "wgs84" as const, accuracy_m: null, at: heard.at } };
  });
  return { shifts: next, known };
}

/** Where they are now, with the index in the list as id. */
export function placesOf(shifts: readonly Shift[]): FeatureCollection {
  const features: Feature[] = shifts.flatMap((shift, index) =>
    shift.position && !shift.ended_at ? [{ type: "Feature", id: index, geometry: { type: "Point", coordinates: [shift.position.lon, shift.position.lat] }, properties: { id: shift.id } } as Feature] : [],
  );
  return { type: "FeatureCollection", features };
}

/** A line, broken where a position jumped: nobody flies. */
export function lineOf(points: readonly TrackPoint[]): FeatureCollection {
  const lines: [number, number][][] = [[]];
  for (const point of points) {
    if (point.jumped) lines.push([]);
    lines.at(-1)!.push([point.lon, point.lat]);
  }
  const features: Feature[] = lines
    .filter((line) => line.length > 0)
    .map((line, index) => ({ type: "Feature", id: index, properties: {}, geometry: line.length > 1 ? { type: "LineString", coordinates: line } : { type: "Point", coordinates: line[0]! } }));
  return { type: "FeatureCollection", features };
}

const EARTH_M = 6_371_008.8;
/** Metres along a track, without its jumps. */
export function lengthOf(points: readonly TrackPoint[]): number {
  const rad = Math.PI / 180;
  return points.reduce((sum, point, index) => {
    const before = points[index - 1];
    if (!before || point.jumped) return sum;
    const x = (point.lon - before.lon) * rad * Math.cos(((point.lat + before.lat) / 2) * rad);
    return sum + Math.hypot(x, (point.lat - before.lat) * rad) * EARTH_M;
  }, 0);
}
