/** Values drawn over the city's map: outlines come as tiles, once; what changes is only the state of each area. */
import type { Map as GlMap, MapLayerMouseEvent, MapMouseEvent } from "maplibre-gl";
import { onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from "vue";
import { readLook } from "@/map/look";
import { dark } from "@/theme";
import type { AreaSubject } from "../ranking/indicators";
import { fillIds, HATCH, hatch, layersOf, liftOf, SOURCES, sourcesOf, UNDER, UNDER_NAMES } from "./layers";

export interface Pointed {
  code: string;
  /** As the tile calls it. */
  name: string;
  x: number;
  y: number;
}

interface Options {
  map: ShallowRef<GlMap | null>;
  level: Ref<AreaSubject>;
  /** Colour of a ramp of five by code; who is not among them has no data. */
  ramps: Ref<ReadonlyMap<string, number>>;
  chosen: Ref<string | null>;
  choose: (code: string, name: string) => void;
}

/** Cells and communities are of both tiles; districts and streets only of one. */
const TILES = ["areas", "cells"] as const;

export function useChoropleth({ map, level, ramps, chosen, choose }: Options) {
  const pointed = shallowRef<Pointed | null>(null);
  let coloured = new Set<string>();
  let lifted = "";

  function say(gl: GlMap, code: string, state: Record<string, unknown>): void {
    for (const tiles of TILES) gl.setFeatureState({ source: SOURCES[tiles], sourceLayer: tiles, id: code }, state);
  }

  function colour(gl: GlMap): void {
    if (!gl.getSource(SOURCES.areas)) return;
    for (const code of coloured) if (!ramps.value.has(code)) say(gl, code, { ramp: -1 });
    for (const [code, ramp] of ramps.value) say(gl, code, { ramp });
    coloured = new Set(ramps.value.keys());
  }
  function lift(gl: GlMap): void {
    if (!gl.getSource(SOURCES.areas)) return;
    if (lifted) say(gl, lifted, { lifted: false });
    lifted = chosen.value ?? "";
    if (lifted) say(gl, lifted, { lifted: true });
  }

  function drop(gl: GlMap): void {
    if (!gl.getStyle()) return;
    for (const layer of gl.getStyle().layers) if (layer.id.startsWith("evaluation-")) gl.removeLayer(layer.id);
  }

  // A style that is set anew has none of ours: they come back with the next of its data. What is put tells of itself too.
  let putting = false;
  function put(gl: GlMap): void {
    if (putting || !gl.getStyle()) return;
    putting = true;
    try {
      putAll(gl);
    } finally {
      putting = false;
    }
  }
  function putAll(gl: GlMap): void {
    const look = readLook(dark.value);
    if (!gl.getSource(SOURCES.areas)) {
      sourcesOf(location.origin).forEach(([name, source]) => gl.addSource(name, source));
      coloured = new Set();
      colour(gl);
      lift(gl);
    }
    if (gl.getLayer(fillIds(level.value)[0]!)) return;
    if (gl.hasImage(HATCH)) gl.removeImage(HATCH);
    gl.addImage(HATCH, hatch(look.lampGrey), { pixelRatio: 2 });
    const under = (names: readonly string[]) => names.find((name) => gl.getLayer(name));
    layersOf(level.value, look).forEach((layer) => gl.addLayer(layer, under(UNDER)));
    liftOf(level.value, look).forEach((layer) => gl.addLayer(layer, under(UNDER_NAMES)));
  }
  function redraw(): void {
    const gl = map.value;
    if (!gl) return;
    putting = true;
    drop(gl);
    putting = false;
    put(gl);
  }

  function found(event: MapMouseEvent): Pointed | null {
    const gl = map.value!;
    const layers = fillIds(level.value).filter((name) => gl.getLayer(name));
    const feature = layers.length ? gl.queryRenderedFeatures(event.point, { layers })[0] : undefined;
    const code = feature?.properties.code as string | undefined;
    return code ? { code, name: String(feature?.properties.name ?? code), x: event.point.x, y: event.point.y } : null;
  }
  const again = () => map.value && put(map.value);
  const move = (event: MapMouseEvent) => {
    pointed.value = found(event);
    map.value!.getCanvas().style.cursor = pointed.value ? "pointer" : "";
  };
  const leave = () => (pointed.value = null);
  const click = (event: MapMouseEvent | MapLayerMouseEvent) => {
    const there = found(event);
    if (there) choose(there.code, there.name);
  };

  watch(
    map,
    (gl) => {
      if (!gl) return;
      gl.on("styledata", again);
      gl.on("mousemove", move);
      gl.on("mouseout", leave);
      gl.on("movestart", leave);
      gl.on("click", click);
      put(gl);
    },
    { immediate: true },
  );
  watch(level, redraw);
  watch(ramps, () => map.value && colour(map.value));
  watch(chosen, () => map.value && lift(map.value));
  watch(dark, () => requestAnimationFrame(redraw));
  onScopeDispose(() => {
    const gl = map.value;
    gl?.off("styledata", again).off("mousemove", move).off("mouseout", leave).off("movestart", leave).off("click", click);
  });
  return { pointed };
}
