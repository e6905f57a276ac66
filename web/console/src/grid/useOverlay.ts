/** Things of this page drawn over the city's map: faults, a zone's cells, tracks. They outlive every change of style. */
import type { FeatureCollection } from "geojson";
import type { GeoJSONSource, LayerSpecification, Map as GlMap, MapLayerMouseEvent } from "maplibre-gl";
import { onScopeDispose, watch, type Ref, type ShallowRef } from "vue";
import { dark } from "@/theme";

export interface OverlayOptions {
  /** Names of tokens: what lies there, and the one thing that is looked at. */
  colour: string;
  picked?: Ref<string | number | null>;
  onPick?: (id: string | number) => void;
}
const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };
let count = 0;

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function layersOf(id: string, colour: string): LayerSpecification[] {
  const lifted = (yes: number, no: number) => ["case", ["boolean", ["feature-state", "picked"], false], yes, no] as never;
  return [
    { id: `${id}-fill`, type: "fill", source: id, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": lifted(0.5, 0.22) } },
    { id: `${id}-line`, type: "line", source: id, filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": colour, "line-width": lifted(5, 2) } },
    { id: `${id}-point`, type: "circle", source: id, filter: ["==", ["geometry-type"], "Point"], paint: { "circle-color": colour, "circle-radius": lifted(9, 5), "circle-stroke-width": 2, "circle-stroke-color": token("--fg-surface") } },
  ];
}

export function useOverlay(map: ShallowRef<GlMap | null>, data: () => FeatureCollection, { colour, picked, onPick }: OverlayOptions): void {
  const id = `overlay-${++count}`;
  const state = { picked: null as string | number | null };

  function lift(gl: GlMap): void {
    if (!gl.getSource(id)) return;
    if (state.picked !== null) gl.setFeatureState({ source: id, id: state.picked }, { picked: false });
    state.picked = picked?.value ?? null;
    if (state.picked !== null) gl.setFeatureState({ source: id, id: state.picked }, { picked: true });
  }

  // A style that is set anew has no sources of ours: they come back with the next of its data.
  function put(gl: GlMap): void {
    if (gl.getSource(id) || !gl.getStyle()) return;
    gl.addSource(id, { type: "geojson", data: data() });
    layersOf(id, token(colour)).forEach((layer) => gl.addLayer(layer));
    lift(gl);
  }

  function draw(): void {
    const gl = map.value;
    if (!gl) return;
    const source = gl.getSource<GeoJSONSource>(id);
    if (source) source.setData(data());
    else put(gl);
    lift(gl);
  }

  function recolour(): void {
    const gl = map.value;
    for (const layer of gl?.getSource(id) ? layersOf(id, token(colour)) : [])
      for (const [name, value] of Object.entries(layer.paint ?? {})) gl!.setPaintProperty(layer.id, name as never, value as never);
  }

  const again = () => map.value && put(map.value);
  const pick = (event: MapLayerMouseEvent) => {
    const found = event.features?.[0]?.id;
    if (found !== undefined) onPick?.(found);
  };
  watch(
    map,
    (gl, before) => {
      before?.off("styledata", again);
      if (!gl) return;
      gl.on("styledata", again);
      if (onPick) for (const part of ["fill", "line", "point"]) gl.on("click", `${id}-${part}`, pick);
      put(gl);
    },
    { immediate: true },
  );
  watch(data, draw);
  if (picked) watch(picked, () => map.value && lift(map.value));
  watch(dark, () => requestAnimationFrame(recolour));
  onScopeDispose(() => {
    const gl = map.value;
    gl?.off("styledata", again);
    if (!gl?.getSource(id)) return;
    layersOf(id, token(colour)).forEach((layer) => gl.removeLayer(layer.id));
    gl.removeSource(id);
  });
}

export { EMPTY };
