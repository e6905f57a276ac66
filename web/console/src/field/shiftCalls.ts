/** Shifts read and ended, tracks read, and what waits for people in the field. */
import { api, idempotencyKey } from "@shared/api/client";
import { all } from "@/cases/names";
import type { Officer } from "./officers";
import type { Shift, TrackPoint } from "./shifts";

/** Raises: Refused. */
export async function readShifts(onDuty: boolean): Promise<Shift[]> {
  const ask = async (limit: number, cursor?: string) =>
    (await api.GET("/api/v1/field/shifts", { params: { query: { on_duty: onDuty || undefined, limit, cursor } as never } })).data!;
  // Those on duty are few; of all that ever were, the last are enough.
  return onDuty ? await all((cursor) => ask(500, cursor)) : (await ask(100)).items;
}

/** Raises: Refused. */
export async function readTrack(id: string, why: string): Promise<TrackPoint[]> {
  return await all(async (cursor) => (await api.GET("/api/v1/field/shifts/{shift_id}/track", { params: { path: { shift_id: id }, query: { why, limit: 500, cursor } as never } })).data!);
}

/** Raises: Refused. */
export async function endShift(id: string): Promise<void> {
  await api.POST("/api/v1/field/shifts/{shift_id}/end", { params: { path: { shift_id: id } }, headers: { "Idempotency-Key": idempotencyKey() } });
}

/** Raises: Refused. */
export async function readOfficers(): Promise<Officer[]> {
  return await all(async (cursor) => (await api.GET("/api/v1/field/officers", { params: { query: { limit: 500, cursor } as never } })).data!);
}
