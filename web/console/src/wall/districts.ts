/** Where the districts lie, so that the wall can look at one after the other. */
import { api } from "@shared/api/client";
import type { Bounds } from "@/map/useMap";

export interface District {
  name: string;
  bounds: Bounds;
}

export async function loadDistricts(): Promise<District[]> {
  const { data } = await api.GET("/api/v1/grid/areas", { params: { query: { level: "district", geometry: true, limit: 100 } } });
  return data!.items.flatMap(({ name, geometry }) => {
    const bounds = geometry ? boundsOf((geometry as { coordinates?: unknown }).coordinates) : null;
    return bounds ? [{ name, bounds }] : [];
  });
}

/** The box around coordinates, however deep they are nested. */
export function boundsOf(coordinates: unknown): Bounds | null {
  let box: Bounds | null = null;
  const visit = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    const [lon, lat] = value as unknown[];
    if (typeof lon === "number" && typeof lat === "number")
      box = box ? [Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat)] : [lon, lat, lon, lat];
    else value.forEach(visit);
  };
  visit(coordinates);
  return box;
}
