/** What the server says of its city: zone, bounds, an optional online basemap. Read once. */
import { ref } from "vue";

export interface Basemap {
  kind: "tianditu" | "amap" | "xyz";
  crs: "wgs84" | "gcj02";
  tiles: string[];
  attribution: string;
  max_zoom: number;
}
export interface City {
  city: { code: string; name: string; bounds: [number, number, number, number] } | null;
  zone: string;
  version: string;
  basemap: Basemap | null;
}

export const city = ref<City>({ city: null, zone: "Asia/Shanghai", version: "", basemap: null });
let asked: Promise<City> | null = null;

/** The settings, asked for once; where they cannot be had the next call asks again. */
export function loadCity(): Promise<City> {
  asked ??= fetch("/api/v1/console/settings")
    .then(async (response) => {
      if (!response.ok) throw new Error(`settings: HTTP ${response.status}`);
      return (city.value = (await response.json()) as City);
    })
    .catch((error: unknown) => {
      asked = null;
      throw error;
    });
  return asked;
}
