/** A pin where the selected case lies, at every zoom; brought into view when it moves out of it. */
import { Marker, type Map as GlMap } from "maplibre-gl";
import { watch, type Ref, type ShallowRef } from "vue";

export function usePin(map: ShallowRef<GlMap | null>, at: Ref<{ lon: number; lat: number } | null | undefined>, words: () => string): void {
  let pin: Marker | null = null;

  function drawn(): HTMLElement {
    const element = document.createElement("div");
    element.className = "fg-pin";
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", words());
    element.style.cssText =
      "width:22px;height:22px;border-radius:50% 50% 50% 0;background:var(--fg-brand);border:3px solid var(--fg-surface);box-shadow:var(--fg-shadow);pointer-events:none";
    return element;
  }

  watch(
    // The place by its figures: looking into the map itself would walk through everything that it holds.
    [map, () => (at.value ? { lon: at.value.lon, lat: at.value.lat } : null)] as const,
    ([gl, place], [before]) => {
      if (!gl || !place) {
        pin?.remove();
        pin = null;
        return;
      }
      pin ??= new Marker({ element: drawn(), rotation: -45, anchor: "bottom", offset: [0, -6] });
      pin.setLngLat([place.lon, place.lat]).addTo(gl);
      if (!before) gl.jumpTo({ center: [place.lon, place.lat], zoom: Math.max(gl.getZoom(), 15.5) });
      else if (!gl.getBounds().contains([place.lon, place.lat])) gl.easeTo({ center: [place.lon, place.lat], duration: 400 });
    },
  );
}
