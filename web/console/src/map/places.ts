/** Where a place that was found by words is looked at: a thing's own place, or an area from so far that it is seen whole. */
import { levelOf, type Line } from "@/shell/found";

export interface Goal {
  name: string;
  lon: number;
  lat: number;
  /** It lies exactly there; an area's middle is where one begins to look. */
  exact: boolean;
  zoom: number;
}

const ZOOM: Readonly<Record<string, number>> = { city: 10, district: 12, street: 14, community: 15.5, cell: 17 };
const NEAR = 18;

export function goalOf(found: Line): Goal | null {
  if (!found.position) return null;
  const { lon, lat } = found.position;
  const exact = found.kind !== "area";
  return { name: found.title, lon, lat, exact, zoom: exact ? NEAR : (ZOOM[levelOf(found) ?? ""] ?? NEAR) };
}
