/** What a map shows: its layers, filters and what is selected, in the colours of the page. */
import type { Basemap } from "@/city";
import type { TileFilter } from "./filters";
import type { CaseView, LayerName } from "./layers";
import type { Look } from "./look";

export interface PartFilter {
  type?: string;
  owner?: string;
  state?: string;
  area?: string;
  q?: string;
}

export interface StyleState {
  /** Scheme, host and port of the API. */
  origin: string;
  look: Look;
  layers: ReadonlySet<LayerName>;
  view: CaseView;
  filter: TileFilter;
  parts: PartFilter;
  selected: string | null;
  selectedPart: string | null;
  selectedArea: string | null;
  basemap: Basemap | null;
  /** The address of a basemap's tiles drawn in GCJ-02, such that they are put where they belong (rasters.ts). */
  shifted: (tile: string) => string;
}
