/** Imports that were handed in from this browser: the API knows each by its id. */
import { api } from "@shared/api/client";
import type { components } from "@shared/api/schema";

export type GridImport = components["schemas"]["ImportOut"];
const KEY = "fieldgrid.grid.imports";
const KEPT = 20;

export function keptImports(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}

export function keepImport(id: string): string[] {
  const ids = [id, ...keptImports().filter((other) => other !== id)].slice(0, KEPT);
  localStorage.setItem(KEY, JSON.stringify(ids));
  return ids;
}

/** Raises: Refused. */
export async function readImport(id: string): Promise<GridImport> {
  return (await api.GET("/api/v1/grid/imports/{import_id}", { params: { path: { import_id: id } } })).data!;
}
