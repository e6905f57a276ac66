/** Terms and instants in the language of the page. */
import { exact, relative, type Words } from "@shared/time/time";
import { computed } from "vue";
import { city } from "@/city";
import { hasWords, language, words } from "@/i18n";

export const reader = computed<Words>(() => ({ language: language.value, zone: city.value.zone }));

/** A word of the domain; one that nobody has named yet stands as it is. */
export function term(group: string, value: string | null | undefined, named: Record<string, unknown> = {}): string {
  if (value === null || value === undefined) return "";
  const key = `terms.${group}.${value}`;
  return hasWords(key) ? words(key, named) : value;
}

export const at = (instant: string | null | undefined): string => (instant ? exact(instant, reader.value) : "");
export const ago = (instant: string, now: number): string => relative(Date.parse(instant), now, reader.value);

/** "2 个工作日", "2 working d". */
export const limitWords = (limit: number, unit: string): string => {
  if (unit === "urgent_hour" && limit < 1) return words("case.minutes", { n: Math.round(limit * 60) });
  return term("limit", unit, { n: new Intl.NumberFormat(language.value, { maximumFractionDigits: 2 }).format(limit) });
};
