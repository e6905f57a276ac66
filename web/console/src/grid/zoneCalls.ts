/** Duty zones read, made and changed. */
import { api, idempotencyKey } from "@shared/api/client";
import type { Draft, Zone } from "./zones";

/** All zones with the version of the whole: zones share cells, so one change makes all of them newer. Raises: Refused. */
export async function readZones(): Promise<{ zones: Zone[]; version: string }> {
  const zones: Zone[] = [];
  let cursor: string | undefined;
  let version = "";
  do {
    const { data, response } = await api.GET("/api/v1/grid/duty-zones", { params: { query: { limit: 500, cursor } } });
    zones.push(...data!.items);
    version ||= response.headers.get("etag") ?? "";
    cursor = data!.next_cursor ?? undefined;
  } while (cursor);
  return { zones, version };
}

/** Raises: Refused. */
export async function saveZone(draft: Draft, version: string): Promise<void> {
  const { code, name, cells, people } = draft;
  if (draft.fresh) {
    await api.POST("/api/v1/grid/duty-zones", { body: { code, name, cells, people } as never, headers: { "Idempotency-Key": idempotencyKey() } });
    return;
  }
  await api.PUT("/api/v1/grid/duty-zones/{code}", {
    params: { path: { code }, header: { "Idempotency-Key": idempotencyKey(), "If-Match": version } },
    body: { name, cells, people } as never,
  });
}

/** Raises: Refused. */
export async function retireZone(code: string, version: string): Promise<void> {
  await api.POST("/api/v1/grid/duty-zones/{code}/retire", { params: { path: { code }, header: { "Idempotency-Key": idempotencyKey(), "If-Match": version } } });
}
