/** Reports of long times, which jobs make: how far mine are, and their files. */
import { Refused } from "@shared/api/problem";
import { computed, onMounted, onScopeDispose, ref } from "vue";
import { fileOf, myExports } from "@/cases/exportCalls";
import { isUnderWay, type Export } from "@/cases/exports";
import { download } from "@/grid/upload";
import { explain } from "@/shell/explain";
import { useGuarded } from "@/shell/guarded";

const LOOK_AGAIN_MS = 2_000;

/** Mine of the last days, looked at again while one is being made. */
export function useReports() {
  const items = ref<Export[]>([]);
  const reading = useGuarded();
  const taking = useGuarded();
  let timer = 0;
  let left = false;
  async function look(): Promise<void> {
    clearTimeout(timer);
    await reading.run(async () => void (items.value = (await myExports()).filter(({ what }) => what === "sla_report")));
    if (items.value.some(isUnderWay) && !left) timer = window.setTimeout(() => void look(), LOOK_AGAIN_MS);
  }
  const take = (one: Export) =>
    taking.run(async () => {
      const { content, name } = await fileOf(one);
      download(content, name);
    });
  // The reason in the reader's words, where there are some.
  const why = ({ problem }: Export): string => (problem ? explain(new Refused({ ...problem, status: 409 })) : "");
  onMounted(() => void look());
  onScopeDispose(() => {
    left = true;
    clearTimeout(timer);
  });
  return { items, look, take, why, busy: taking.busy, trouble: computed(() => taking.trouble.value || reading.trouble.value) };
}
