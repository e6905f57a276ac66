/** The rows in sight, and keeping what one reads where it is while rows come and go. */
import { useVirtualizer } from "@tanstack/vue-virtual";
import { computed, nextTick, ref, watch, type Ref } from "vue";
import type { CaseItem } from "./filter";
import { shift } from "./liveRows";

const AHEAD = 20;

export function useCaseScroll(rows: () => readonly CaseItem[], height: Ref<number>, more: () => void) {
  const box = ref<HTMLElement | null>(null);
  /** New cases above what is in sight. */
  const above = ref(0);
  const virtualizer = useVirtualizer(
    computed(() => ({
      count: rows().length,
      getScrollElement: () => box.value,
      estimateSize: () => height.value,
      getItemKey: (index: number) => rows()[index]?.number ?? index,
      overscan: 8,
    })),
  );
  watch(height, () => virtualizer.value.measure());
  const shown = computed(() => virtualizer.value.getVirtualItems());
  watch(
    () => (shown.value.at(-1)?.index ?? 0) + AHEAD >= rows().length,
    (near) => near && more(),
  );
  watch(
    () => rows().length,
    (count) => (shown.value.at(-1)?.index ?? 0) + AHEAD >= count && more(),
  );

  const atTop = () => (box.value?.scrollTop ?? 0) < height.value / 2;
  // Whoever points at a row or stands on one by keyboard is reading it.
  const reading = () => !!box.value && (box.value.matches(":hover") || box.value.contains(document.activeElement));

  async function changed(before: readonly CaseItem[], after: readonly CaseItem[], why: "read" | "more" | "live"): Promise<void> {
    if (!box.value || why === "more") return;
    if (why === "read") {
      above.value = 0;
      await nextTick();
      box.value?.scrollTo({ top: 0 });
      return;
    }
    const first = Math.floor(box.value.scrollTop / height.value);
    const moved = shift(before, after, first);
    if (!moved || (moved > 0 && atTop() && !reading())) return;
    const top = box.value.scrollTop + moved * height.value;
    if (moved > 0) above.value += moved;
    await nextTick();
    box.value?.scrollTo({ top });
  }

  function onScroll(): void {
    if (above.value && atTop()) above.value = 0;
  }

  return {
    box,
    above,
    shown,
    total: computed(() => virtualizer.value.getTotalSize()),
    changed,
    onScroll,
    reveal: (index: number) => virtualizer.value.scrollToIndex(index, { align: "auto" }),
    toTop: () => box.value?.scrollTo({ top: 0 }),
  };
}
