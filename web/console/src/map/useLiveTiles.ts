/** Asks for tiles anew when the stream says that something changed: soon, but not for every event. */
import { onScopeDispose, type Ref } from "vue";
import { onLive } from "@/live";
import type { LayerName } from "./layers";

const SOON_MS = 1500;
const PEOPLE_MS = 5000;

/** Calls `act` once after a burst, at the latest `ms` after its first. */
export function gathered(act: () => void, ms: number): { ask: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | null = null;
  return {
    ask: () => {
      timer ??= setTimeout(() => {
        timer = null;
        act();
      }, ms);
    },
    stop: () => {
      if (timer) clearTimeout(timer);
      timer = null;
    },
  };
}

export function useLiveTiles(shown: Ref<ReadonlySet<LayerName>>, reload: (source: string) => void): void {
  const cases = gathered(() => shown.value.has("cases") && reload("cases"), SOON_MS);
  const people = gathered(() => (shown.value.has("officers") || shown.value.has("tracks")) && reload("tracks"), PEOPLE_MS);
  onLive(
    ({ name }) => {
      if (name.startsWith("case.")) cases.ask();
      else if (name === "position") people.ask();
    },
    () => {
      cases.ask();
      people.ask();
    },
  );
  onScopeDispose(() => {
    cases.stop();
    people.stop();
  });
}
