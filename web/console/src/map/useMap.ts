/** One MapLibre map: made when its element is there, restyled without losing the view, told when something changed. */
import { Map as GlMap, setWorkerUrl, VectorTileSource, type StyleSpecification } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { nextTick, onBeforeUnmount, onMounted, reactive, ref, shallowRef, watch, type Ref } from "vue";
import { dark } from "@/theme";
import { draw, PIXELS } from "./marks";
import { readLook, type Look } from "./look";
import { addShiftedRasters } from "./rasters";
import { signedRequest } from "./requests";

setWorkerUrl(workerUrl);

export type Bounds = [west: number, south: number, east: number, north: number];
export interface View {
  bounds: Bounds;
  zoom: number;
  center: [number, number];
}

/** Whether this browser has what maps are drawn with. */
function drawsMaps(): boolean {
  return document.createElement("canvas").getContext("webgl2") !== null;
}

interface Options {
  element: Ref<HTMLElement | null>;
  style: (look: Look) => StyleSpecification;
  /** Words for the canvas, which is one thing to a screen reader. */
  label: () => string;
  bounds: () => Bounds | null;
  interactive: boolean;
  /** How many times larger the page shows the map than its element is. */
  enlarged: () => number;
}

export function useMap({ element, style, label, bounds, interactive, enlarged }: Options) {
  const map = shallowRef<GlMap | null>(null);
  const view = ref<View | null>(null);
  const look = shallowRef<Look>(readLook(dark.value));
  /** Tiles that could not be had, by name of the layer, with the HTTP status (0: nobody answered). */
  const failing = reactive(new Map<string, number>());
  /** The browser cannot draw maps (no WebGL). */
  const impossible = ref(false);
  const ready = ref(false);
  /** Everything asked for is drawn. */
  const idle = ref(false);

  function noteView(gl: GlMap): void {
    const [west, south, east, north] = gl.getBounds().toArray().flat() as Bounds;
    const center = gl.getCenter();
    view.value = { bounds: [west, south, east, north], zoom: gl.getZoom(), center: [center.lng, center.lat] };
  }

  function make(container: HTMLElement): GlMap {
    const around = bounds();
    const gl = new GlMap({
      container,
      style: style(look.value),
      ...(around ? { bounds: around, fitBoundsOptions: { padding: 24 } } : { center: [105, 35], zoom: 3 }),
      attributionControl: false,
      transformRequest: signedRequest,
      localIdeographFontFamily: false,
      maxZoom: 20,
      minZoom: 3,
      maxPitch: 0,
      dragRotate: false,
      pitchWithRotate: false,
      interactive,
      pixelRatio: window.devicePixelRatio * enlarged(),
      fadeDuration: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
    });
    gl.touchZoomRotate.disableRotation();
    gl.keyboard.disableRotation();
    gl.setMissingStyleImageResolver((name) => {
      const image = draw(name, look.value);
      if (image && !gl.hasImage(name)) gl.addImage(name, image, { pixelRatio: PIXELS });
    });
    gl.on("error", (event) => {
      const { sourceId, error } = event as unknown as { sourceId?: string; error?: { status?: number } };
      if (sourceId) failing.set(sourceId, error?.status ?? 0);
    });
    gl.on("data", (event) => {
      const { sourceId, dataType, tile } = event as unknown as { sourceId?: string; dataType: string; tile?: { state: string } };
      if (dataType === "source" && sourceId && tile?.state === "loaded") failing.delete(sourceId);
    });
    gl.once("style.load", () => {
      styled = true;
      restyle();
    });
    gl.on("load", () => (ready.value = true));
    gl.on("idle", () => (idle.value = true));
    gl.on("dataloading", () => (idle.value = false));
    gl.on("moveend", () => noteView(gl));
    noteView(gl);
    return gl;
  }

  function name(gl: GlMap): void {
    const canvas = gl.getCanvas();
    canvas.setAttribute("aria-label", label());
    if (!interactive) canvas.setAttribute("tabindex", "-1");
  }

  onMounted(() => {
    if (!element.value) return;
    addShiftedRasters();
    if (!drawsMaps()) {
      impossible.value = true;
      return;
    }
    map.value = make(element.value);
    name(map.value);
  });
  onBeforeUnmount(() => {
    map.value?.remove();
    map.value = null;
  });

  // Before its first style has been read a map compares nothing: it is told then.
  let styled = false;
  function restyle(): void {
    const gl = map.value;
    if (!gl || !styled) return;
    const wanted = style(look.value);
    // A source that only narrows otherwise keeps what it shows until the new tiles are there.
    for (const [name, source] of Object.entries(wanted.sources)) {
      const there = gl.getSource<VectorTileSource>(name);
      if (there && source.type === "vector" && source.url && there.url !== source.url) there.setUrl(source.url);
    }
    gl.setStyle(wanted, { diff: true });
  }

  // The theme's class is set by a watcher of the same value: read the tokens behind it.
  watch(dark, async (value) => {
    await nextTick();
    look.value = readLook(value);
    restyle();
  });
  watch(enlarged, (times) => map.value?.setPixelRatio(window.devicePixelRatio * times));
  watch(label, () => map.value && name(map.value));

  /** Asks anew for the tiles in view that failed or that something changed in. */
  function reload(source?: string): void {
    const gl = map.value;
    if (!gl) return;
    const names = source ? [source] : [...failing.keys()];
    for (const wanted of names) {
      const found = gl.getSource(wanted);
      if (!found) continue;
      // A description that never came has to be asked for itself.
      if (failing.has(wanted) && found instanceof VectorTileSource && found.url) found.setUrl(found.url);
      else gl.refreshTiles(wanted);
      failing.delete(wanted);
    }
  }

  return { map, view, look, failing, impossible, ready, idle, restyle, reload };
}
