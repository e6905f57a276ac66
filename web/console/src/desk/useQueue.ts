/** A queue as it is worked through: read in pages, kept up with the live stream. */
import { api } from "@shared/api/client";
import { Refused } from "@shared/api/problem";
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";
import type { Card } from "@/case/card";
import { lampAt } from "@/case/clock";
import { onLive } from "@/live";
import { useSession } from "@/session/session";
import { emptyList, withAnew, withNews, withoutLeft, withPage, withWaiting, type List } from "./merging";
import { bears, belongs, queryOf, type Queue, type Row, type Sort } from "./queues";
import { ring } from "./sound";

const PAGE = 60;
const MOST_ANEW = 500;
const GATHER_MS = 400;
/** More news than this at a time are read as a list. */
const ONE_BY_ONE = 6;
const LEAVING_MS = 5000;

export function useQueue(queue: Ref<Queue>, sort: Ref<Sort>, reading: Ref<boolean>, kept: () => string | null) {
  const session = useSession();
  const list = shallowRef<List>(emptyList());
  const cursor = ref<string | null>(null);
  const loading = ref(false);
  const trouble = shallowRef<Refused | null>(null);
  const loaded = ref(false);
  let turn = 0;

  async function read(query: { limit: number; cursor?: string }): Promise<{ items: Row[]; next_cursor: string | null } | null> {
    const mine = turn;
    loading.value = true;
    try {
      const params = { query: { ...queryOf(queue.value.filter), sort: sort.value, ...query } };
      const page = (await api.GET("/api/v1/cases", { params })).data!;
      if (mine !== turn) return null;
      trouble.value = null;
      return page;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (mine === turn) trouble.value = error;
      return null;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  async function start(): Promise<void> {
    turn += 1;
    [list.value, cursor.value, loaded.value] = [emptyList(), null, false];
    const page = await read({ limit: PAGE });
    if (!page) return;
    [list.value, cursor.value, loaded.value] = [withPage(emptyList(), page.items), page.next_cursor, true];
  }

  async function more(): Promise<void> {
    if (!cursor.value || loading.value) return;
    const page = await read({ limit: PAGE, cursor: cursor.value });
    if (page) [list.value, cursor.value] = [withPage(list.value, page.items), page.next_cursor];
  }

  async function anew(): Promise<void> {
    if (!loaded.value) return start();
    const page = await read({ limit: Math.min(MOST_ANEW, Math.max(PAGE, list.value.entries.length)) });
    if (!page) return;
    const before = list.value.entries.length + list.value.waiting.length;
    [list.value, cursor.value] = [withAnew(list.value, page.items, reading.value), page.next_cursor];
    if (list.value.entries.length + list.value.waiting.length > before) ring();
    leaveSoon();
  }

  const heard = new Set<string>();
  let gathering = 0;
  function hear(number: string): void {
    heard.add(number);
    gathering ||= window.setTimeout(() => {
      gathering = 0;
      const numbers = [...heard];
      heard.clear();
      if (numbers.length > ONE_BY_ONE) void anew();
      else for (const one of numbers) void look(one);
    }, GATHER_MS);
  }

  async function look(number: string): Promise<void> {
    const mine = turn;
    try {
      const card = (await api.GET("/api/v1/cases/{number}", { params: { path: { number } } })).data!;
      if (mine === turn) take(card);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      // It is no longer visible: it went to where we do not see it.
      if (mine === turn && error.problem.status === 404) gone(number);
    }
  }

  /** A case as it is now. */
  function take(card: Card): void {
    const { filter } = queue.value;
    const me = session.me?.id ?? "";
    const marked = filter.mark === undefined || bears(filter.mark, card, me);
    const here = belongs(card, filter, lampAt(card, Date.now()), marked);
    const known = [...list.value.entries.map((entry) => entry.row), ...list.value.waiting].some((row) => row.number === card.number);
    list.value = withNews(list.value, card, { here, reading: reading.value, sort: sort.value, whole: cursor.value === null });
    if (here && !known) ring();
    if (!here) leaveSoon();
  }

  function gone(number: string): void {
    const entries = list.value.entries.map((entry) => (entry.row.number === number ? { ...entry, left: true } : entry));
    list.value = { entries, waiting: list.value.waiting.filter((row) => row.number !== number) };
    leaveSoon();
  }

  let leaving = 0;
  function leaveSoon(): void {
    clearTimeout(leaving);
    leaving = window.setTimeout(() => (list.value = withoutLeft(list.value, kept())), LEAVING_MS);
  }

  watch([queue, sort], () => void start(), { immediate: true });
  onLive(
    ({ name, data }) => {
      if (name.startsWith("case.") && typeof data.number === "string") hear(data.number);
    },
    () => void anew(),
  );
  onScopeDispose(() => {
    turn += 1;
    clearTimeout(gathering);
    clearTimeout(leaving);
  });

  return {
    list,
    loading,
    loaded,
    trouble,
    whole: computed(() => cursor.value === null),
    more,
    start,
    take,
    showWaiting: () => (list.value = withWaiting(list.value, sort.value)),
  };
}
