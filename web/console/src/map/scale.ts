/** The bar that says how long things are. */

const EQUATOR_M = 40_075_016.686;
const TILE_PIXELS = 512;

/** Metres on the ground in one pixel of the screen. */
export function metresPerPixel(lat: number, zoom: number): number {
  return (EQUATOR_M * Math.cos((lat * Math.PI) / 180)) / (TILE_PIXELS * 2 ** zoom);
}

export interface ScaleBar {
  pixels: number;
  metres: number;
}

/** The longest round length (1, 2, 3 or 5 × a power of ten) that fits into `room` pixels. */
export function scaleBar(lat: number, zoom: number, room: number): ScaleBar {
  const perPixel = metresPerPixel(lat, zoom);
  const most = perPixel * room;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [5, 3, 2, 1].find((factor) => factor * power <= most) ?? 1;
  return { metres: step * power, pixels: (step * power) / perPixel };
}
