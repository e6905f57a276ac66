/**
 * GCJ-02, in which AMap and Tencent draw, and the way back. All in degrees, longitude first.
 *
 * Source: the published formulas, as the server uses them (Krasovsky 1940 ellipsoid).
 */
export type Point = readonly [lon: number, lat: number];

const A_M = 6_378_245.0;
const E2 = 0.006_693_421_622_965_943_23;
const ROUNDS = 8;

/** Whether a point lies in the rough box in which GCJ-02 shifts. */
export function inChina([lon, lat]: Point): boolean {
  return lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271;
}

function shift([lon, lat]: Point): Point {
  const { sin, cos, sqrt, abs, PI } = Math;
  const x = lon - 105;
  const y = lat - 35;
  const waves = ((20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2) / 3;
  const north =
    -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + waves +
    ((20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3 +
    ((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3;
  const east =
    300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves +
    ((20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3 +
    ((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3;
  const parallel = (lat / 180) * PI;
  const bent = 1 - E2 * sin(parallel) ** 2;
  const meridian = (A_M * (1 - E2)) / (bent * sqrt(bent));
  return [(east * 180) / ((A_M / sqrt(bent)) * cos(parallel) * PI), (north * 180) / (meridian * PI)];
}

export function toGcj(point: Point): Point {
  if (!inChina(point)) return point;
  const [east, north] = shift(point);
  return [point[0] + east, point[1] + north];
}

/** The inverse by iteration, to better than 1e-9°. */
export function fromGcj(point: Point): Point {
  let guess = point;
  for (let round = 0; round < ROUNDS; round++) {
    const [east, north] = shift(guess);
    guess = [point[0] - east, point[1] - north];
  }
  return inChina(guess) ? guess : point;
}

/** How people copy a position: longitude, latitude, with six decimals (a decimetre). */
export function written([lon, lat]: Point): string {
  return `${lon.toFixed(6)}, ${lat.toFixed(6)}`;
}
