/** A line drawn around things on the map; what draws it is loaded when it is wanted. */
import type { Map as GlMap } from "maplibre-gl";
import { onScopeDispose, ref } from "vue";

const AFTER_CLICK_MS = 60;

export function useLasso(map: () => GlMap | null, onRing: (ring: [number, number][]) => void) {
  const drawing = ref(false);
  let coming = false;
  let left = false;
  let stop: () => void = () => undefined;

  async function begin(): Promise<void> {
    const gl = map();
    if (!gl || drawing.value || coming) return;
    coming = true;
    const [{ TerraDraw, TerraDrawFreehandMode }, { TerraDrawMapLibreGLAdapter }] = await Promise.all([import("terra-draw"), import("terra-draw-maplibre-gl-adapter")]).finally(() => (coming = false));
    if (left) return;
    const draw = new TerraDraw({ adapter: new TerraDrawMapLibreGLAdapter({ map: gl }), modes: [new TerraDrawFreehandMode({ minDistance: 12, drawInteraction: "click-move-or-drag" })] });
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
    // Said once it is so: a line drawn before would have moved the map.
    drawing.value = true;
  }

  // Not while its own event is still being told: the click that ends the line is none on the map.
  function end(): void {
    const now = stop;
    setTimeout(() => {
      now();
      drawing.value = false;
    }, AFTER_CLICK_MS);
  }
  onScopeDispose(() => {
    left = true;
    end();
  });
  return { drawing, begin, end };
}
