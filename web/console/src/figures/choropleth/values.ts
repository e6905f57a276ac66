/** What a map of figures shows of each area, whether it is a score or an indicator. */
import type { components } from "@shared/api/schema";
import { AREAS, type AreaSubject } from "../ranking/indicators";
import type { Ranked } from "../ranking/table";

export type Indicated = components["schemas"]["IndicatorOut"];
export interface AreaValue {
  code: string;
  name: string;
  value: number | null;
  numerator: number | null;
  denominator: number | null;
  exempt: number;
  deferred: number;
  rank: number | null;
  of: number;
  grade: Ranked["grade"];
  small: boolean;
}
export const SCORE = "score";

const PLAIN = { numerator: null, denominator: null, exempt: 0, deferred: 0, rank: null, of: 0, grade: null, small: false };

export const ofScore = ({ subject, score, rank, of, grade, unranked }: Ranked): AreaValue => ({ ...PLAIN, ...subject, value: score, rank, of, grade, small: unranked === "sample" });

export const ofFigure = ({ subject, value, numerator, denominator, exempt, deferred }: Indicated): AreaValue => ({ ...PLAIN, ...subject, value, numerator, denominator, exempt, deferred });

/** The level below; null below cells. */
export const below = (level: AreaSubject): AreaSubject | null => AREAS[AREAS.indexOf(level) + 1] ?? null;

/** Highest first, where lower is better lowest first; what has no value last. */
export function sorted(values: readonly AreaValue[], good: number): AreaValue[] {
  const sign = good < 0 ? 1 : -1;
  return [...values].sort((one, other) => {
    if (one.value === null || other.value === null) return Number(one.value === null) - Number(other.value === null) || one.code.localeCompare(other.code);
    return sign * (one.value - other.value) || one.code.localeCompare(other.code);
  });
}
