/** A short tone for new cases: made, not loaded; off until somebody wants it, and remembered. */
import { computed, ref } from "vue";
import { prefer, preferences } from "@/shell/preferences";

const KEY = "fieldgrid.sound";
const chosen = ref<boolean | null>(localStorage.getItem(KEY) === null ? null : localStorage.getItem(KEY) === "on");
const QUIET_MS = 3000;
let context: AudioContext | null = null;
let last = 0;

export const sound = computed<boolean>({
  get: () => chosen.value ?? preferences.value?.sound ?? false,
  set: (on) => {
    chosen.value = on;
    localStorage.setItem(KEY, on ? "on" : "off");
    void prefer({ sound: on });
    if (on) ring();
  },
});

/** Two soft notes; many at once are one. Browsers stay silent until somebody has touched the page. */
export function ring(): void {
  if (!sound.value || Date.now() - last < QUIET_MS) return;
  last = Date.now();
  context ??= new AudioContext();
  const start = context.currentTime;
  for (const [index, frequency] of [660, 880].entries()) {
    const [tone, volume] = [context.createOscillator(), context.createGain()];
    const from = start + index * 0.16;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.0001, from);
    volume.gain.exponentialRampToValueAtTime(0.12, from + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.15);
    tone.connect(volume).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.16);
  }
}
