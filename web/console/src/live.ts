/** One live stream for the whole console: pages say what they want to hear. */
import { openStream, type Stream, type StreamEvent, type StreamState } from "@shared/api/stream";
import { onScopeDispose, ref } from "vue";

type Listener = (event: StreamEvent) => void;
const listeners = new Set<Listener>();
const gaps = new Set<() => void>();
const current = ref<StreamState>("off");
let stream: Stream | null = null;

/** connecting, live, waiting (tries again by itself) or off. */
export const liveState = current;

export function startLive(): void {
  stream ??= openStream(
    (event) => listeners.forEach((listener) => listener(event)),
    (state) => (current.value = state),
    () => gaps.forEach((reload) => reload()),
  );
}

export function stopLive(): void {
  stream?.close();
  stream = null;
}

/** Hear events while the component lives; `reload` is called where some may have been missed. */
export function onLive(listener: Listener, reload: () => void): void {
  listeners.add(listener);
  gaps.add(reload);
  onScopeDispose(() => {
    listeners.delete(listener);
    gaps.delete(reload);
  });
}
