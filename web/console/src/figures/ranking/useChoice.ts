/** What somebody looks at, kept in the page's address: whose, of which period, as published or live, against what. */
import { computed, shallowRef, watch, type ComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";
import { city } from "@/city";
import type { components } from "@shared/api/schema";
import { useAnswer } from "../answers";
import { before, kindOf, named, today } from "./periods";

type Period = components["schemas"]["PeriodDetailOut"];

/** The names of an address's query that this sheet uses, as text. */
export function useQuery() {
  const route = useRoute();
  const router = useRouter();
  const { tab } = route.params;
  // The last choice stays while the sheet is being left for a page with a query of its own.
  const query = shallowRef(route.query);
  watch(() => route.query, (value) => route.name === "figures" && route.params.tab === tab && (query.value = value));
  const text = (name: string): string => (typeof query.value[name] === "string" ? query.value[name] : "");
  /** Changes some; empty ones go, and so do the cases of what was shown. The way back leads to what was before, unless `how` replaces it. */
  const set = (changes: Record<string, string>, how: "push" | "replace" = "push") =>
    void router[how]({ query: Object.fromEntries(Object.entries({ ...query.value, cases: "", by: "", ...changes }).filter(([, value]) => value !== "")) });
  return { text, set };
}

/** The last month that is over, in the city's days. */
export const lastMonth = (): string => before(named("month", today(Date.now(), city.value.zone)));

/** The period and which of its revisions; without a choice the one in force, else what is now. */
export function usePeriodChoice() {
  const { text, set } = useQuery();
  const period = computed<string>({
    get: () => (kindOf(text("period")) ? text("period") : lastMonth()),
    set: (value) => set({ period: value, revision: "" }),
  });
  const { data, trouble, again } = useAnswer<Period>(() => `/evaluation/periods/${period.value}`);
  const detail = computed(() => (data.value?.period === period.value ? data.value : null));
  const revision = computed<string>({
    get: () => {
      const wanted = text("revision");
      const known = detail.value?.revisions.map((one) => String(one.revision)) ?? [];
      if (wanted === "live" || known.includes(wanted)) return wanted;
      return known[known.length - 1] ?? "live";
    },
    set: (value) => set({ revision: value }),
  });
  /** Null until it is known what of the period was published. */
  const asked: ComputedRef<{ period: string; revision: string } | null> = computed(() => (detail.value ? { period: period.value, revision: revision.value === "live" ? "" : revision.value } : null));
  return { period, revision, detail, asked, unread: { trouble, again }, text, set };
}
