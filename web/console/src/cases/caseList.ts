/** A list of cases: read page by page, kept up to date by the stream. */
import { api } from "@shared/api/client";
import { Refused } from "@shared/api/problem";
import { onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";
import { city } from "@/city";
import { onLive } from "@/live";
import { matches, sameFilter, writeFilter, type CaseFilter, type CaseItem, type CaseState } from "./filter";
import { append, compare, place, refresh, rowOf } from "./liveRows";

const PAGE = 100;
const LARGEST_PAGE = 500;
const GATHER_MS = 250;
// More news than this at once, and the list is read anew instead of case by case.
const MANY = 12;

const days = new Map<string, Intl.DateTimeFormat>();
/** The day of an instant in the city's zone, YYYY-MM-DD. */
export function dayOf(instant: string): string {
  const zone = city.value.zone;
  const format = days.get(zone) ?? new Intl.DateTimeFormat("sv-SE", { timeZone: zone });
  days.set(zone, format);
  return format.format(new Date(instant));
}

export type RowsChange = (before: readonly CaseItem[], after: readonly CaseItem[], why: "read" | "more" | "live") => void;

export function useCaseList(filter: Ref<CaseFilter>, onChange: RowsChange = () => undefined) {
  const rows = shallowRef<readonly CaseItem[]>([]);
  const complete = ref(false);
  const loading = ref(false);
  const loadingMore = ref(false);
  const trouble = shallowRef<Refused | null>(null);
  const moreTrouble = shallowRef<Refused | null>(null);
  let cursor: string | null = null;
  // The last case of the pages that were read, as it was then: the cursor stands behind it.
  let edge: CaseItem | null = null;
  let turn = 0;
  let reading = new AbortController();

  function show(after: readonly CaseItem[], why: "read" | "more" | "live"): void {
    const before = rows.value;
    if (before === after) return;
    rows.value = after;
    onChange(before, after, why);
  }

  const ask = async (extra: { limit: number; cursor?: string }, signal: AbortSignal) =>
    (await api.GET("/api/v1/cases", { params: { query: { ...writeFilter(filter.value), ...extra } as never }, signal })).data!;

  function stand(page: { items: readonly CaseItem[]; next_cursor: string | null }): void {
    cursor = page.next_cursor;
    complete.value = cursor === null;
    edge = cursor === null ? null : (page.items.at(-1) ?? edge);
  }

  /** From the start; what is shown stays until the answer is there. */
  async function load(): Promise<void> {
    const mine = ++turn;
    reading.abort();
    reading = new AbortController();
    loading.value = true;
    try {
      const page = await ask({ limit: PAGE }, reading.signal);
      if (mine !== turn) return;
      trouble.value = moreTrouble.value = null;
      stand(page);
      show(page.items, "read");
    } catch (error) {
      if (mine !== turn || (error instanceof DOMException && error.name === "AbortError")) return;
      if (!(error instanceof Refused)) throw error;
      trouble.value = error;
      // Rows of another filter under this one's name would be a lie.
      show([], "read");
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  async function more(): Promise<void> {
    if (complete.value || loadingMore.value || loading.value || !cursor || moreTrouble.value) return;
    const mine = turn;
    loadingMore.value = true;
    try {
      const page = await ask({ limit: PAGE, cursor }, reading.signal);
      if (mine !== turn) return;
      stand(page);
      show(append(rows.value, page.items), "more");
    } catch (error) {
      if (mine !== turn || (error instanceof DOMException && error.name === "AbortError")) return;
      if (!(error instanceof Refused)) throw error;
      moreTrouble.value = error;
    } finally {
      loadingMore.value = false;
    }
  }

  function retryMore(): void {
    moreTrouble.value = null;
    void more();
  }

  const waiting = new Map<string, CaseState | null>();
  let timer = 0;

  async function readAnew(): Promise<void> {
    const mine = turn;
    const limit = Math.min(LARGEST_PAGE, Math.max(PAGE, rows.value.length));
    const page = await ask({ limit }, reading.signal);
    if (mine !== turn) return;
    const last = page.items.at(-1);
    const after = refresh(rows.value, page.items, filter.value.sort, page.next_cursor === null);
    if (!last || page.next_cursor === null || (edge && compare(last, edge, filter.value.sort) > 0)) stand(page);
    show(after, "live");
  }

  async function readOne(number: string): Promise<void> {
    const mine = turn;
    let item: CaseItem | null = null;
    try {
      const whole = (await api.GET("/api/v1/cases/{number}", { params: { path: { number } }, signal: reading.signal })).data!;
      const found = rowOf(whole as CaseItem);
      if (matches(found, filter.value, dayOf, whole.part_code)) item = found;
    } catch (error) {
      // Gone out of sight: no longer one of mine.
      if (!(error instanceof Refused) || error.problem.status !== 404) throw error;
    }
    if (mine === turn) show(place(rows.value, number, item, filter.value.sort, edge), "live");
  }

  async function catchUp(): Promise<void> {
    if (loading.value) return gather();
    const numbers = [...waiting].filter(([number, state]) => concerns(number, state)).map(([number]) => number);
    waiting.clear();
    try {
      if (numbers.length > MANY || (numbers.length && filter.value.mark)) await readAnew();
      else await Promise.all(numbers.map(readOne));
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      if (!(error instanceof Refused)) throw error;
      // Told again with the next change; meanwhile the rows are those of before.
      numbers.forEach((number) => waiting.set(number, null));
    }
  }

  function concerns(number: string, state: CaseState | null): boolean {
    const wanted = filter.value.state;
    return state === null || !wanted.length || wanted.includes(state) || rows.value.some((row) => row.number === number);
  }

  function gather(): void {
    timer ||= window.setTimeout(() => {
      timer = 0;
      void catchUp();
    }, GATHER_MS);
  }

  function hear(number: string, state: CaseState | null): void {
    waiting.set(number, state);
    gather();
  }

  onLive(
    ({ name, data }) => {
      if (name.startsWith("case.") && typeof data.number === "string") hear(data.number, (data.state ?? null) as CaseState | null);
    },
    () => void readAnew().catch(() => undefined),
  );
  onScopeDispose(() => {
    clearTimeout(timer);
    reading.abort();
    turn++;
  });
  watch(filter, (after, before) => !before || sameFilter(after, before) || void load(), { deep: false });
  void load();

  return { rows, complete, loading, loadingMore, trouble, moreTrouble, load, more, retryMore };
}
