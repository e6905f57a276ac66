/** What stands in the legend: only what the map can show as it is now. */
import { CELLS_FROM, CLASSES } from "./caseLayers";
import type { FilterName, TileFilter } from "./filters";
import { FILTER_NAMES } from "./filters";
import { DEFAULT_LAYERS, LAYERS, OF_PEOPLE, type CaseView, type LayerName } from "./layers";
import type { MapLamp } from "./marks";

export type LegendEntry =
  | { kind: "lamp"; lamp: MapLamp }
  | { kind: "disc" | "supervised" | "part" | "faulty" | "person" | "track" | "heat" }
  | { kind: "border"; level: "city" | "district" | "street" | "community" | "cell" }
  | { kind: "class"; step: number; from: number; to: number | null };

export function legend(layers: ReadonlySet<LayerName>, view: CaseView, zoom: number): LegendEntry[] {
  return [
    ...(layers.has("cases") ? caseEntries(view, zoom) : []),
    ...(layers.has("officers") ? [{ kind: "person" } as const] : []),
    ...(layers.has("tracks") ? [{ kind: "track" } as const] : []),
    ...(layers.has("parts") ? [{ kind: "part" } as const, { kind: "faulty" } as const] : []),
    ...borderEntries(layers, zoom),
  ];
}

function caseEntries(view: CaseView, zoom: number): LegendEntry[] {
  if (view === "heat") return [{ kind: "heat" }];
  if (view === "cells") return classes(zoom >= CELLS_FROM ? CLASSES.cells : CLASSES.areas);
  const lamps = (["red", "yellow", "green", "grey", "none"] as const).map((lamp) => ({ kind: "lamp", lamp }) as const);
  return [...lamps, { kind: "supervised" }, { kind: "disc" }];
}

function classes(bounds: readonly number[]): LegendEntry[] {
  const from = [0, ...bounds];
  return from.map((start, step) => ({ kind: "class", step, from: start, to: step < bounds.length ? bounds[step]! - 1 : null }));
}

function borderEntries(layers: ReadonlySet<LayerName>, zoom: number): LegendEntry[] {
  const shown: LegendEntry[] = [];
  if (layers.has("borders")) {
    if (zoom >= 7) shown.push({ kind: "border", level: "district" });
    if (zoom >= 9) shown.push({ kind: "border", level: "street" });
    if (zoom >= 12) shown.push({ kind: "border", level: "community" });
  }
  if (layers.has("cells") && zoom >= CELLS_FROM) shown.push({ kind: "border", level: "cell" });
  return shown;
}

export interface Hidden {
  /** What narrows the cases, in the order of the API. */
  filters: { name: FilterName; value: string }[];
  /** What narrows the parts, where parts show. */
  parts: string[];
  /** Layers that usually show on this page and are switched off. */
  layers: LayerName[];
}

interface Shown {
  layers: ReadonlySet<LayerName>;
  usual?: readonly LayerName[];
  seesPeople: boolean;
}

/** What one does not see: said always, so that an empty map is never taken for a quiet city. */
export function hidden(filter: TileFilter, parts: Partial<Record<string, string>>, { layers, usual = DEFAULT_LAYERS, seesPeople }: Shown): Hidden {
  return {
    filters: layers.has("cases") ? FILTER_NAMES.flatMap((name) => (filter[name] ? [{ name, value: filter[name] }] : [])) : [],
    parts: layers.has("parts") ? PART_NAMES.filter((name) => parts[name]) : [],
    layers: LAYERS.filter((name) => usual.includes(name) && !layers.has(name) && (seesPeople || !OF_PEOPLE.includes(name))),
  };
}
const PART_NAMES = ["type", "owner", "state", "q"] as const;

/** By which areas cases are counted in the table, as close as the map is. */
export function levelOf(zoom: number): "district" | "street" | "community" | "cell" {
  if (zoom < 11) return "district";
  if (zoom < CELLS_FROM) return "street";
  return zoom < 15 ? "community" : "cell";
}
