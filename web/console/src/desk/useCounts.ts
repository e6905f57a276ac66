/** How many wait in each queue, kept up without asking more often than anybody can read. */
import { api } from "@shared/api/client";
import { Refused } from "@shared/api/problem";
import { onMounted, onScopeDispose, reactive } from "vue";
import { onLive } from "@/live";
import { countOf, queryOf, type Queue } from "./queues";

const AT_MOST_EVERY_MS = 4000;

export function useCounts(queues: () => readonly Queue[]) {
  const counts = reactive<Record<string, number | undefined>>({});
  let waiting = 0;

  async function one(queue: Queue): Promise<void> {
    const query = { ...queryOf(queue.filter), sort: queue.sort, limit: 1, count: true };
    counts[queue.id] = (await api.GET("/api/v1/cases", { params: { query } })).data!.count?.value;
  }

  async function load(): Promise<void> {
    try {
      const { items } = (await api.GET("/api/v1/cases/counts")).data!;
      const rest: Queue[] = [];
      for (const queue of queues()) {
        const count = countOf(queue.filter, items);
        if (count === null) rest.push(queue);
        else counts[queue.id] = count;
      }
      await Promise.all(rest.map(one));
    } catch (error) {
      // Numbers on the tabs are a help, not the work: those that are there stay until the next ones come.
      if (!(error instanceof Refused)) throw error;
    }
  }

  const later = () => {
    waiting ||= window.setTimeout(() => {
      waiting = 0;
      void load();
    }, AT_MOST_EVERY_MS);
  };
  onMounted(load);
  onLive(({ name }) => name.startsWith("case.") && later(), later);
  onScopeDispose(() => clearTimeout(waiting));
  return { counts, later };
}
