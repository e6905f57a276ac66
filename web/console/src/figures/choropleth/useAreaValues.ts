/** The values of a map: the score or an indicator of every area of a level, and of communities where cells are asked for. */
import { computed, type ComputedRef } from "vue";
import type { components } from "@shared/api/schema";
import { queryOf, useAnswer } from "../answers";
import type { AreaSubject } from "../ranking/indicators";
import type { Ranked } from "../ranking/table";
import { ofFigure, ofScore, SCORE, type AreaValue, type Indicated } from "./values";

interface Answer {
  as_of: string;
  items: (Ranked | Indicated)[];
}
export interface AskedValues {
  level: AreaSubject;
  what: string;
  period: string;
  revision: string;
}

function pathOf({ level, what, period, revision }: AskedValues): string {
  if (what === SCORE) return `/evaluation/ranking?${queryOf({ subject: level, period, revision })}`;
  return `/evaluation/indicators?${queryOf({ subject: level, period, revision, indicator: what })}`;
}
const valuesOf = (answer: Answer | null): AreaValue[] => (answer?.items ?? []).map((item) => ("indicator" in item ? ofFigure(item) : ofScore(item)));

export function useAreaValues(asked: ComputedRef<AskedValues | null>) {
  const own = useAnswer<Answer>(() => asked.value && pathOf(asked.value));
  // From far away communities stand for their cells.
  const above = useAnswer<Answer>(() => (asked.value?.level === "cell" ? pathOf({ ...asked.value, level: "community" }) : null));
  const values = computed(() => valuesOf(own.data.value));
  const farther = computed(() => valuesOf(above.data.value));
  return { ...own, values, farther, grades: useAnswer<{ grades: components["schemas"]["GradeBody"][] }>(() => "/evaluation/definitions/grades").data };
}
