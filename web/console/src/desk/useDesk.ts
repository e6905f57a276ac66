/** Working through a queue: where one stands, what is open, and going on. */
import { computed, ref, shallowRef, watch, type Ref } from "vue";
import { useRoute, useRouter } from "vue-router";
import type { Action, Start } from "@/case/actions";
import { useSession } from "@/session/session";
import { neighbour } from "./merging";
import { QUEUES, queuesOf, SORTS, type Queue, type Sort } from "./queues";
import { useQueue } from "./useQueue";

const KEY = "fieldgrid.desk";

function kept(name: string): string | null {
  return localStorage.getItem(`${KEY}.${name}`);
}
const keep = (name: string, value: string) => localStorage.setItem(`${KEY}.${name}`, value);

export function useDesk() {
  const route = useRoute();
  const router = useRouter();
  const session = useSession();
  const queues = computed(() => queuesOf(session.roles));
  const id = ref(kept("queue") ?? "");
  const queue = computed<Queue>(() => queues.value.find((one) => one.id === id.value) ?? queues.value[0] ?? QUEUES[0]!);
  const sorts = ref<Record<string, Sort>>({});
  const sort = computed<Sort>({
    get: () => {
      const chosen = sorts.value[queue.value.id] ?? kept(`sort.${queue.value.id}`);
      return SORTS.find((one) => one === chosen) ?? queue.value.sort;
    },
    set: (value) => {
      sorts.value = { ...sorts.value, [queue.value.id]: value };
      keep(`sort.${queue.value.id}`, value);
    },
  });
  const open = computed(() => (typeof route.params.number === "string" && route.params.number ? route.params.number : null));
  const cursor = ref<string | null>(open.value);
  const reading = ref(false);
  const start = shallowRef<Start | null>(null);
  const andNext = ref(kept("next") !== "off");
  watch(andNext, (on) => keep("next", on ? "on" : "off"));
  const work: ReturnType<typeof useQueue> = useQueue(queue, sort, reading, () => cursor.value);
  watch(id, (value) => {
    keep("queue", value);
    cursor.value = null;
    reading.value = false;
  });
  watch(open, (number) => number && (cursor.value = number));

  // Going through a queue is one step of the browser's history, not fifty.
  function show(number: string | null): void {
    const target = { name: "desk", params: { number } };
    void (open.value && number ? router.replace(target) : router.push(target));
  }
  function step(by: 1 | -1): void {
    const next = neighbour(work.list.value, cursor.value, by);
    cursor.value = next;
    if (open.value && next) show(next);
  }
  /** After something was done: on to the next one of the queue, with its usual action begun where that was it. */
  function goOn(number: string, action: Action): void {
    if (!andNext.value || open.value !== number) return;
    const below = neighbour(work.list.value, number, 1);
    const next = below === number ? neighbour(work.list.value, number, -1) : below;
    if (next === null || next === number) return;
    cursor.value = next;
    if (action === queue.value.usual) begin(next, action);
    else show(next);
  }
  function begin(number: string, action: Action, values: Start["values"] = {}): void {
    start.value = { number, action, values };
    if (open.value !== number) show(number);
  }

  return { queues, id: computed({ get: () => queue.value.id, set: (value: string) => (id.value = value) }), queue, sort, open, cursor, reading: reading as Ref<boolean>, andNext, work, start, show, step, begin, goOn };
}
