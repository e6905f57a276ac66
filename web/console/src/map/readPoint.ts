/** Coordinates as people paste them. */
import type { Point } from "./gcj";

const NUMBERS = /^\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/;

/** Longitude and latitude of a text; the other order is understood where only it is possible. */
export function readPoint(text: string): Point | null {
  const found = NUMBERS.exec(text);
  if (!found) return null;
  const [first, second] = [Number(found[1]), Number(found[2])];
  if (Math.abs(first) <= 180 && Math.abs(second) <= 90) return [first, second];
  if (Math.abs(first) <= 90 && Math.abs(second) <= 180) return [second, first];
  return null;
}
