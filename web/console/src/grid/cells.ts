/** Shapes of cells, read by community or by what is in view, kept while the page is open. */
import { api } from "@shared/api/client";
import type { Feature, FeatureCollection, Geometry } from "geojson";
import { all } from "@/cases/names";
import { boundsOf, inRing, type Bounds } from "./faults";

export interface Cell {
  code: string;
  name: string;
  geometry: Geometry;
}
const COMMUNITY_DIGITS = 12;
const kept = new Map<string, Cell>();
const asked = new Map<string, Promise<void>>();

async function read(query: { parent: string } | { bbox: string }): Promise<Cell[]> {
  const found = await all(
    async (cursor) => (await api.GET("/api/v1/grid/areas", { params: { query: { ...query, level: "cell", geometry: true, limit: 500, cursor } as never } })).data!,
  );
  const cells = found.flatMap((area) => (area.geometry ? [{ code: area.code, name: area.name, geometry: area.geometry as unknown as Geometry }] : []));
  cells.forEach((cell) => kept.set(cell.code, cell));
  return cells;
}

/** Raises: Refused. */
export async function loadCells(codes: Iterable<string>): Promise<void> {
  const communities = new Set([...codes].filter((code) => !kept.has(code)).map((code) => code.slice(0, COMMUNITY_DIGITS)));
  await Promise.all(
    [...communities].map((parent) => {
      const asking = asked.get(parent) ?? read({ parent }).then(() => undefined);
      asked.set(parent, asking);
      return asking.catch((error: unknown) => {
        asked.delete(parent);
        throw error;
      });
    }),
  );
}

export const cellNamed = (code: string): Cell | undefined => kept.get(code);

export function featuresOfCells(codes: Iterable<string>): FeatureCollection {
  const features: Feature[] = [];
  for (const code of codes) {
    const cell = kept.get(code);
    if (cell) features.push({ type: "Feature", id: features.length, geometry: cell.geometry, properties: { code } });
  }
  return { type: "FeatureCollection", features };
}

export function boundsOfCells(codes: Iterable<string>): Bounds | null {
  return boundsOf(featuresOfCells(codes).features.map((feature) => feature.geometry));
}

/** Cells whose middle lies in a ring. Raises: Refused. */
export async function cellsInRing(ring: [number, number][]): Promise<string[]> {
  const box = boundsOf([{ type: "Polygon", coordinates: [ring] }]);
  if (!box) return [];
  const near = await read({ bbox: box.join(",") });
  return near
    .filter((cell) => {
      const own = boundsOf([cell.geometry]);
      return own !== null && inRing([(own[0] + own[2]) / 2, (own[1] + own[3]) / 2], ring);
    })
    .map((cell) => cell.code);
}
