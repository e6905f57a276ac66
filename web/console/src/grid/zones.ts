/** Duty zones: who answers for which cells; read, made, changed. */
import { api, idempotencyKey } from "@shared/api/client";
import type { Refused } from "@shared/api/problem";
import type { components } from "@shared/api/schema";

export type Zone = components["schemas"]["ZoneOut"];
export type Person = components["schemas"]["PersonOut"];
export interface Draft {
  /** The code of a new one is chosen, that of an old one stays. */
  fresh: boolean;
  code: string;
  name: string;
  cells: string[];
  people: string[];
}

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

/** What a refusal says of each cell, person or name: pointers such as `/cells/3` are named by what stands there. */
export function faultsOf(refused: Refused | null, draft: Draft): { what: string; detail: string }[] {
  return (refused?.problem.errors ?? []).map(({ pointer, detail }) => {
    const [, list, index] = /^\/(cells|people)\/(\d+)/.exec(pointer) ?? [];
    const what = list === "cells" ? draft.cells[Number(index)] : list === "people" ? draft.people[Number(index)] : pointer.replace(/^\//, "");
    return { what: what ?? pointer, detail };
  });
}

/** Cells to a draft or out of it, each once, in order. */
export function toggled(cells: readonly string[], code: string): string[] {
  return cells.includes(code) ? cells.filter((other) => other !== code) : [...cells, code].sort();
}
export const joined = (cells: readonly string[], more: readonly string[]): string[] => [...new Set([...cells, ...more])].sort();

/** The zone that has a cell already, if it is another one. */
export function ownerOf(cell: string, zones: readonly Zone[], draft: Draft): Zone | null {
  return zones.find((zone) => zone.code !== draft.code && zone.cells.includes(cell)) ?? null;
}
