/** A line drawn around things on the map; what draws it is loaded when it is wanted. */
import type { Map as GlMap } from "maplibre-gl";
import { onScopeDispose, ref } from "vue";

export function useLasso(map: () => GlMap | null, onRing: (ring: [number, number][]) => void) {
  const drawing = ref(false);
  let stop: () => void = () => undefined;

  async function begin(): Promise<void> {
    const gl = map();
    if (!gl || drawing.value) return;
    drawing.value = true;
    const [{ TerraDraw, TerraDrawFreehandMode }, { TerraDrawMapLibreGLAdapter }] = await Promise.all([import("terra-draw"), import("terra-draw-maplibre-gl-adapter")]);
    if (!drawing.value) return;
    const draw = new TerraDraw({ adapter: new TerraDrawMapLibreGLAdapter({ map: gl }), modes: [new TerraDrawFreehandMode({ minDistance: 12 })] });
    stop = () => {
      draw.stop();
      stop = () => undefined;
    };
    draw.on("finish", (id) => {
      const shape = draw.getSnapshotFeature(id)?.geometry;
      if (shape?.type === "Polygon") onRing(shape.coordinates[0] as [number, number][]);
      end();
    });
    draw.start();
    draw.setMode("freehand");
  }

  function end(): void {
    drawing.value = false;
    // Not while its own event is still being told.
    const now = stop;
    setTimeout(now);
  }
  onScopeDispose(end);
  return { drawing, begin, end };
}
