/** One case as it is now: read, kept up with the live stream, and acted upon. */
import { api } from "@shared/api/client";
import { Refused } from "@shared/api/problem";
import type { components } from "@shared/api/schema";
import { ref, shallowRef, watch, type Ref } from "vue";
import { onLive } from "@/live";
import type { Choice } from "./actions";

export type Card = components["schemas"]["CaseOut"];
export type CaseEvent = components["schemas"]["EventOut"];

export interface CardState {
  card: Ref<Card | null>;
  choices: Ref<Choice[]>;
  events: Ref<CaseEvent[]>;
  trouble: Ref<Refused | null>;
  loading: Ref<boolean>;
  reload: () => Promise<void>;
  take: (card: Card) => Promise<void>;
}

/** Reads the case of a number; `changed` hears each newer state of it. */
export function useCard(number: () => string, changed: (card: Card) => void): CardState {
  const card = shallowRef<Card | null>(null);
  const choices = shallowRef<Choice[]>([]);
  const events = shallowRef<CaseEvent[]>([]);
  const trouble = shallowRef<Refused | null>(null);
  const loading = ref(false);
  let turn = 0;

  // A slower answer about an earlier case, or an earlier state, never replaces a later one.
  async function read(): Promise<void> {
    const mine = ++turn;
    const path = { number: number() };
    loading.value = true;
    trouble.value = null;
    try {
      const [whole, possible, chain] = await Promise.all([
        api.GET("/api/v1/cases/{number}", { params: { path } }),
        api.GET("/api/v1/cases/{number}/actions", { params: { path } }),
        api.GET("/api/v1/cases/{number}/events", { params: { path } }),
      ]);
      if (mine !== turn) return;
      const before = card.value;
      card.value = whole.data!;
      choices.value = possible.data!.items;
      events.value = chain.data!.items;
      if (before && before.number === card.value.number && before.version !== card.value.version) changed(card.value);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (mine === turn) trouble.value = error;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  async function take(next: Card): Promise<void> {
    card.value = next;
    changed(next);
    await read();
  }

  watch(
    number,
    () => {
      // The case before stays until the next one is there: nothing flickers, and it takes no action meanwhile.
      choices.value = [];
      void read();
    },
    { immediate: true },
  );
  onLive(
    ({ name, data }) => {
      if (!name.startsWith("case.") || data.number !== number()) return;
      // While it is still being read, or the case before is still shown, any state of it is news.
      const known = card.value?.number === number() ? card.value.version : 0;
      if (name === "case.lamp" || Number(data.version) > known) void read();
    },
    () => void read(),
  );

  return { card, choices, events, trouble, loading, reload: read, take };
}

/** What is read beside a case, such as its reminders; anew where its key changes, which begins with the case's number. */
export function usePiece<T>(key: () => string, fetch: () => Promise<T>): { value: Ref<T | null>; trouble: Ref<Refused | null>; load: () => Promise<void> } {
  const value = shallowRef<T | null>(null);
  const trouble = shallowRef<Refused | null>(null);
  let turn = 0;
  async function load(): Promise<void> {
    const mine = ++turn;
    try {
      const found = await fetch();
      if (mine === turn) [value.value, trouble.value] = [found, null];
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (mine === turn) trouble.value = error;
    }
  }
  watch(
    key,
    (next, before) => {
      // What belongs to another case is not shown under this one.
      if (next.split(" ")[0] !== before?.split(" ")[0]) value.value = null;
      void load();
    },
    { immediate: true },
  );
  return { value, trouble, load };
}
