/** What changes by itself, one after the other, until somebody stops it. */
import { computed, onScopeDispose, ref, watch, type Ref } from "vue";

export function useRotation(count: Ref<number>, everyMs: number) {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  /** Who wants less motion starts it themselves. */
  const paused = ref(still);
  const turn = ref(0);
  let timer: ReturnType<typeof setInterval> | null = null;
  const step = (by: number) => (turn.value = next(turn.value, by, count.value));

  watch(
    paused,
    (stopped) => {
      if (timer) clearInterval(timer);
      timer = stopped ? null : setInterval(() => step(1), everyMs);
    },
    { immediate: true },
  );
  onScopeDispose(() => timer && clearInterval(timer));
  return { paused, step, index: computed(() => (count.value ? turn.value % count.value : 0)) };
}

export function next(turn: number, by: number, count: number): number {
  return count ? (turn + by + count) % count : 0;
}
