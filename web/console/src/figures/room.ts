/** Of many rows the first ones, more of them when somebody wants them: thousands at once would hold the page up. */
import { computed, ref, watch } from "vue";

const STEP = 100;

/** Other rows begin anew. */
export function useRoom<Row>(rows: () => readonly Row[]) {
  const room = ref(STEP);
  watch(rows, () => (room.value = STEP));
  const shown = computed(() => rows().slice(0, room.value));
  /** How many the next step shows; 0: all are there. */
  const next = computed(() => Math.min(STEP, Math.max(0, rows().length - room.value)));
  return { shown, next, more: () => (room.value += STEP) };
}
