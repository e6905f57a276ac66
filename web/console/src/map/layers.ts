/** What a map may show and hide, and what somebody chose last time. */

export const LAYERS = ["base", "borders", "cells", "labels", "cases", "parts", "officers", "tracks"] as const;
export type LayerName = (typeof LAYERS)[number];
export type CaseView = "points" | "cells" | "heat";
export const VIEWS: readonly CaseView[] = ["points", "cells", "heat"];

/** Layers that lie in the tiles `tracks`: only desks may see where people are. */
export const OF_PEOPLE: readonly LayerName[] = ["officers", "tracks"];
export const DEFAULT_LAYERS: readonly LayerName[] = ["base", "borders", "cells", "labels", "cases", "officers"];

/** Which tiles a layer needs. */
export const TILES_OF: Record<LayerName, string> = {
  base: "base",
  borders: "areas",
  labels: "areas",
  cells: "cells",
  cases: "cases",
  parts: "parts",
  officers: "tracks",
  tracks: "tracks",
};

interface Kept {
  layers: LayerName[];
  view: CaseView;
}

export function keptLayers(name: string, otherwise: Kept): Kept {
  try {
    const kept = JSON.parse(localStorage.getItem(`fieldgrid.map.${name}`) ?? "null") as Partial<Kept> | null;
    return {
      layers: kept?.layers?.filter((layer) => LAYERS.includes(layer)) ?? otherwise.layers,
      view: kept?.view && VIEWS.includes(kept.view) ? kept.view : otherwise.view,
    };
  } catch {
    return otherwise;
  }
}

export function keepLayers(name: string, kept: Kept): void {
  localStorage.setItem(`fieldgrid.map.${name}`, JSON.stringify(kept));
}
