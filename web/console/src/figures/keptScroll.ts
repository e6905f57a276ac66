/** Where one was on a page before one went to a case: back there again when one comes back. */
import { nextTick, onMounted, type Ref } from "vue";
import { onBeforeRouteLeave, useRoute } from "vue-router";

const places = new Map<string, number>();
const TRIES = 20;

/**
 * Keeps how far `box` is scrolled for the address of the page. `name` tells several boxes of a page apart.
 * What stands in the box comes a moment later: it is tried until there is room for it.
 */
export function useKeptScroll(box: Ref<HTMLElement | null> | (() => HTMLElement | null), name = ""): void {
  const route = useRoute();
  const element = () => (typeof box === "function" ? box() : box.value);
  const key = (path: string) => `${name} ${path}`;
  onBeforeRouteLeave((_, from) => void places.set(key(from.fullPath), element()?.scrollTop ?? 0));

  async function restore(top: number): Promise<void> {
    for (let turn = 0; turn < TRIES; turn += 1) {
      await nextTick();
      const found = element();
      found?.scrollTo({ top });
      if (found && Math.abs(found.scrollTop - top) < 2) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  onMounted(() => {
    const top = places.get(key(route.fullPath));
    // Only coming back: who opens the page anew begins at its head.
    if (top && (history.state as { forward?: unknown } | null)?.forward) void restore(top);
  });
}
