/** The cases behind an indicator of somebody: whose, of which list, as they stand in the address of a page. */
import { queryOf } from "../query";

export const SIDES = ["numerator", "denominator", "exempt", "deferred"] as const;
export type Side = (typeof SIDES)[number];
export interface Figured {
  subject: string;
  indicator: string;
  side: Side;
  code: string;
}
/** As a revision holds it, or as of an instant. */
export interface As {
  period: string;
  revision: string;
  at: string;
}

/** From a word of an address; null where it names no figure. */
export function readFigured(word: string): Figured | null {
  const [subject, indicator, named, ...rest] = word.split(",");
  const [side, code] = [SIDES.find((one) => one === named), rest.join(",")];
  return subject && indicator && side && code ? { subject, indicator, side, code } : null;
}
export const writeFigured = ({ subject, indicator, side, code }: Figured): string => [subject, indicator, side, code].join(",");

/** Where its cases are asked for. */
export function figuredPath({ subject, indicator, side, code }: Figured, { period, revision, at }: As): string {
  return `/evaluation/indicators/cases?${queryOf({ subject, period, indicator, subject_code: code, side, revision, at: revision ? "" : at })}`;
}
