/** What all panels of the dashboard go by; it lives in the address, so that back, forward and sharing work. */
import { computed, inject, provide, shallowRef, watch, type ComputedRef, type InjectionKey } from "vue";
import { useRoute, useRouter } from "vue-router";
import { city, loadCity } from "@/city";
import { now } from "@/now";
import { queryOf, useAnswer } from "../answers";
import { readChoice, spanIn, writeChoice, type Choice } from "./choice";
import type { Told } from "./behind";
import type { Row } from "./metrics";
import { against, today, type Span } from "./spans";

export interface Summary {
  as_of: string;
  items: Row[];
}

export interface Sla {
  choice: ComputedRef<Choice>;
  span: ComputedRef<Span>;
  before: ComputedRef<Span>;
  yearBefore: ComputedRef<Span>;
  /** Filters of those analyses that are of the present moment or of a time. */
  ground: ComputedRef<{ area: string; unit: string }>;
  change: (part: Partial<Choice>) => void;
  /** The cases behind a number of a group: dimensions and the group's values, in the same order. */
  open: (told: Told | string, by?: readonly string[], values?: readonly string[]) => void;
  close: () => void;
  summaryPath: (by: readonly string[], span: Span, times?: boolean) => string;
}

const KEY: InjectionKey<Sla> = Symbol("sla");

export function provideSla(): Sla {
  const route = useRoute();
  const router = useRouter();
  void loadCity().catch(() => undefined);
  // The last choice stays while the page is being left for another one with a query of its own.
  const query = shallowRef(route.query);
  watch(() => route.query, (value) => route.name === "figures" && (query.value = value));
  const choice = computed(() => readChoice(query.value));
  const on = computed(() => today(now.value, city.value.zone));
  const span = computed<Span>((old) => same(spanIn(choice.value, on.value), old));
  const go = (next: Choice, how: "push" | "replace") => void router[how]({ name: "figures", params: { tab: "sla" }, query: writeChoice(next) });

  const sla: Sla = {
    choice,
    span,
    before: computed((old?: Span) => same(against(span.value, choice.value.against), old)),
    yearBefore: computed((old?: Span) => same(against(span.value, "year_before"), old)),
    ground: computed(() => ({ area: choice.value.area, unit: choice.value.unit })),
    change: (part) => go({ ...choice.value, opened: null, ...part }, "push"),
    open: (told, by = [], values = []) => go({ ...choice.value, opened: { ...(typeof told === "string" ? { of: "summary", count: told } : told), by: [...by], group: [...values] } }, "push"),
    close: () => go({ ...choice.value, opened: null }, "replace"),
    summaryPath: (by, { from, to }, times = false) => `/sla/summary?${queryOf({ from, to, group_by: by, ...sla.ground.value, times: times || null })}`,
  };
  provide(KEY, sla);
  return sla;
}

// The day is looked at every second; what hangs on it only where it is another one.
function same(span: Span, old: Span | undefined): Span {
  return old && old.from === span.from && old.to === span.to ? old : span;
}

export const useSla = (): Sla => inject(KEY)!;

/** Groups of a time, on the chosen ground. */
export function useSummary(by: () => readonly string[] | null, span: () => Span, times: () => boolean = () => false) {
  const sla = useSla();
  const answer = useAnswer<Summary>(() => {
    const wanted = by();
    return wanted && sla.summaryPath(wanted, span(), times());
  });
  const rows = computed<Row[] | null>(() => answer.data.value?.items ?? null);
  return { ...answer, rows };
}
