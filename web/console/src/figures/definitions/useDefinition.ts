/** One definition: a version of it, the newest one changed by whoever saw it. */
import { authorized } from "@shared/api/client";
import { refusal, Refused } from "@shared/api/problem";
import { ref, shallowRef, watch } from "vue";
import { useGuarded } from "@/shell/guarded";
import { readAnew } from "../answers";
import type { Version } from "./drafts";
import { firstOf, pathOf, SHIPPED } from "./versions";

async function sent<Content>(request: Request): Promise<Content> {
  const response = await authorized(request);
  if (!response.ok) throw await refusal(response);
  return (await response.json()) as Content;
}

/** `asked`: its name and the version that is looked at (0: the one in force). */
export function useDefinition<Content extends Version>(asked: () => { name: string; version: number }) {
  const shown = shallowRef<Content | null>(null);
  const newest = ref(0);
  const history = shallowRef<Version[]>([]);
  const reading = useGuarded();
  const saving = useGuarded();
  /** Somebody else saved a version meanwhile. */
  const stale = ref(false);

  const read = (name: string, version: number) => sent<Content>(new Request(`${location.origin}${pathOf(name, version)}`));
  async function load(): Promise<void> {
    const wanted = JSON.stringify(asked());
    const { name, version } = asked();
    await reading.run(async () => {
      const inForce = await read(name, 0);
      const found = version && version !== inForce.version ? await read(name, version) : inForce;
      if (JSON.stringify(asked()) !== wanted) return;
      newest.value = inForce.version;
      shown.value = found;
    });
  }
  watch(
    () => JSON.stringify(asked()),
    () => {
      shown.value = null;
      history.value = [];
      stale.value = false;
      void load();
    },
    { immediate: true },
  );

  /** The last versions, the newest first, and the one that came with the product: when each came. */
  async function loadHistory(most = 20): Promise<void> {
    const { name } = asked();
    const first = firstOf(name);
    const versions = Array.from({ length: Math.min(most, newest.value - first) }, (_, back) => newest.value - back);
    await reading.run(async () => void (history.value = await Promise.all([...versions, first].map((version) => read(name, version || SHIPPED)))));
  }

  /** True: it is kept. Of what somebody else changed meanwhile nothing is overwritten unless `over` says so. */
  async function save(content: object, over = false): Promise<boolean> {
    const { name } = asked();
    stale.value = false;
    const done = await saving.run(async () => {
      const headers = { "content-type": "application/json", "if-match": over ? "*" : `"${newest.value}"` };
      const kept = await sent<Content>(new Request(`${location.origin}${pathOf(name)}`, { method: "PUT", headers, body: JSON.stringify(content) }));
      newest.value = kept.version;
      shown.value = kept;
      history.value = [];
      readAnew();
    });
    stale.value = saving.refused.value instanceof Refused && saving.refused.value.problem.status === 412;
    if (stale.value) saving.trouble.value = "";
    return done;
  }
  return { shown, newest, history, reading, saving, stale, load, loadHistory, save };
}
