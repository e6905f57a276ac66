/** Classes of a map: at most five, from the lowest to the highest, each with where it begins. */
import type { IndicatorForm } from "../ranking/indicators";

export const MOST = 5;
export interface Classes {
  /** Where each class begins; it ends where the next one does. */
  bounds: number[];
  /** What each class is called besides its numbers, such as a grade; none where it is called nothing. */
  names: string[];
}

/** What bounds are rounded to, so that they can be said: whole percents, minutes, numbers. */
const GRAIN: Record<IndicatorForm, number> = { rate: 0.01, time: 60, count: 1, mean: 0.1 };

/** Grades as classes, the lowest first. */
export function classesOfGrades(grades: readonly { code: string; at_least: number }[]): Classes {
  const rising = [...grades].sort((one, other) => one.at_least - other.at_least).slice(-MOST);
  return { bounds: rising.map((grade) => grade.at_least), names: rising.map((grade) => grade.code) };
}

/** Classes that hold about equally many; few different values have one class each. */
export function classesOfValues(values: readonly number[], form: IndicatorForm): Classes {
  const rising = [...values].sort((one, other) => one - other);
  const different = [...new Set(rising)];
  if (different.length <= MOST) return { bounds: different, names: [] };
  const grain = GRAIN[form];
  const rounded = (value: number) => Number((Math.floor(value / grain + 1e-9) * grain).toFixed(6));
  const bounds = Array.from({ length: MOST }, (_, step) => rounded(rising[Math.floor((step * rising.length) / MOST)]!));
  return { bounds: [...new Set(bounds)], names: [] };
}

/** The class of a value; null: of none. */
export function stepOf(value: number | null, { bounds }: Classes): number | null {
  if (value === null || !bounds.length) return null;
  let step = 0;
  while (step + 1 < bounds.length && value >= bounds[step + 1]!) step += 1;
  return step;
}

/** Which colour of a ramp of five each of so many classes has: far from each other; fewer than five leave the palest out. */
export function rampSteps(count: number): number[] {
  const [first, last] = count < MOST ? [1, MOST - 1] : [0, MOST - 1];
  return Array.from({ length: count }, (_, step) => (count === 1 ? 2 : Math.round(first + (step * (last - first)) / (count - 1))));
}

/** How many values fall into each class. */
export function countsOf(values: Iterable<number | null>, classes: Classes): number[] {
  const counts = classes.bounds.map(() => 0);
  for (const value of values) {
    const step = stepOf(value, classes);
    if (step !== null) counts[step]! += 1;
  }
  return counts;
}
