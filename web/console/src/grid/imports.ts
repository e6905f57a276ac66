/** Boundary files that were handed in. */
import { api } from "@shared/api/client";
import type { components } from "@shared/api/schema";

export type GridImport = components["schemas"]["ImportOut"];
export type GridImportItem = components["schemas"]["ImportItemOut"];

/** The newest of them, or those after a page. Raises: Refused. */
export async function listImports(cursor?: string): Promise<{ items: GridImportItem[]; next: string | null }> {
  const { items, next_cursor: next } = (await api.GET("/api/v1/grid/imports", { params: { query: { limit: 20, cursor } } })).data!;
  return { items, next };
}

/** One with its faults. Raises: Refused. */
export async function readImport(id: string): Promise<GridImport> {
  return (await api.GET("/api/v1/grid/imports/{import_id}", { params: { path: { import_id: id } } })).data!;
}
