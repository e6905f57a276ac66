/** Bulletins (通报) of a period: made by the server as files, looked at until they are ready. */
import { api, authorized, idempotencyKey } from "@shared/api/client";
import { refusal } from "@shared/api/problem";
import type { components } from "@shared/api/schema";
import { onScopeDispose, shallowRef, watch } from "vue";
import { nameOf } from "@/cases/exports";
import { download } from "@/grid/upload";
import { useGuarded } from "@/shell/guarded";

export type Bulletin = components["schemas"]["BulletinOut"];
export type Wanted = components["schemas"]["BulletinIn"];
const LOOK_AGAIN_MS = 2000;

export const underWay = ({ state }: Bulletin): boolean => state === "waiting" || state === "running";

/** `period`: whose they are; they are read anew while one of them is being made. */
export function useBulletins(period: () => string) {
  const items = shallowRef<Bulletin[] | null>(null);
  const reading = useGuarded();
  const making = useGuarded();
  let timer = 0;

  async function read(): Promise<void> {
    clearTimeout(timer);
    const name = period();
    await reading.run(async () => {
      const found = (await api.GET("/api/v1/evaluation/periods/{period}/bulletins", { params: { path: { period: name } } })).data!.items;
      if (period() === name) items.value = found;
    });
    if (items.value?.some(underWay)) timer = window.setTimeout(() => void read(), LOOK_AGAIN_MS);
  }
  watch(period, () => { items.value = null; void read(); }, { immediate: true });
  onScopeDispose(() => clearTimeout(timer));

  const make = (wanted: Wanted) =>
    making.run(async () => {
      await api.POST("/api/v1/evaluation/periods/{period}/bulletins", { params: { path: { period: period() } }, body: wanted, headers: { "Idempotency-Key": idempotencyKey() } });
      await read();
    });
  const keep = (one: Bulletin) =>
    making.run(async () => {
      const response = await authorized(new Request(`${location.origin}/api/v1/evaluation/periods/${period()}/bulletins/${one.id}/file`));
      if (!response.ok) throw await refusal(response);
      download(await response.blob(), nameOf(response.headers.get("content-disposition"), one.name));
    });
  return { items, reading, making, read, make, keep };
}
