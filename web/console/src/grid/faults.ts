/** Faults of a boundary file: counted by kind, on the map, as a table to take away. */
import type { components } from "@shared/api/schema";
import type { Feature, FeatureCollection, Geometry, Position } from "geojson";

export type Fault = components["schemas"]["GridFaultOut"];
export type FaultKind = Fault["kind"];

export function countKinds(faults: readonly Fault[]): [FaultKind, number][] {
  const counts = new Map<FaultKind, number>();
  for (const { kind } of faults) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1]);
}

// Answers carry a geometry, or one inside a feature.
export function geometryOf(place: unknown): Geometry | null {
  const found = place as { type?: string; geometry?: Geometry; coordinates?: unknown; geometries?: unknown } | null;
  if (!found) return null;
  if (found.type === "Feature") return found.geometry ?? null;
  return found.coordinates || found.geometries ? (found as Geometry) : null;
}

/** Faults that have a place, with their index in the list as id. */
export function featuresOf(faults: readonly Fault[]): FeatureCollection {
  const features: Feature[] = [];
  faults.forEach((fault, index) => {
    const geometry = geometryOf(fault.place);
    if (geometry) features.push({ type: "Feature", id: index, geometry, properties: { index, kind: fault.kind } });
  });
  return { type: "FeatureCollection", features };
}

function* positions(geometry: Geometry): Generator<Position> {
  if (geometry.type === "GeometryCollection") for (const part of geometry.geometries) yield* positions(part);
  else yield* flat(geometry.coordinates);
}

function* flat(nested: unknown): Generator<Position> {
  if (!Array.isArray(nested)) return;
  if (typeof nested[0] === "number") yield nested as Position;
  else for (const part of nested) yield* flat(part);
}

export type Bounds = [west: number, south: number, east: number, north: number];

export function boundsOf(geometries: Iterable<Geometry>): Bounds | null {
  const box: Bounds = [Infinity, Infinity, -Infinity, -Infinity];
  for (const geometry of geometries)
    for (const [lon, lat] of positions(geometry) as Iterable<[number, number]>) {
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    }
  return Number.isFinite(box[0]) ? box : null;
}

// A cell that a spreadsheet would take for a formula is kept a text.
const cell = (value: string | number): string => {
  const text = String(value);
  return `"${(typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
};

/** CSV with a byte order mark, so that spreadsheets read it as UTF-8. */
export function csvOf(rows: readonly (readonly (string | number)[])[]): string {
  return `\uFEFF${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

export function faultRows(faults: readonly Fault[], head: readonly string[], word: (kind: FaultKind) => string): (string | number)[][] {
  return [
    [...head],
    ...faults.map((fault) => {
      const geometry = geometryOf(fault.place);
      const box = geometry && boundsOf([geometry]);
      return [word(fault.kind), fault.code ?? "", fault.detail, box ? (box[0] + box[2]) / 2 : "", box ? (box[1] + box[3]) / 2 : ""];
    }),
  ];
}

/** Whether a place lies in a ring, by the even-odd rule. */
export function inRing([x, y]: readonly [number, number], ring: readonly Position[]): boolean {
  let inside = false;
  for (let at = 0, last = ring.length - 1; at < ring.length; last = at++) {
    const [ax, ay] = ring[at] as [number, number];
    const [bx, by] = ring[last] as [number, number];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
