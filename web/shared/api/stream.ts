/** The live stream (`GET /stream`): read with fetch, because a browser's own reader cannot carry the sign-in. */
import { createParser } from "eventsource-parser";
import { authorized } from "./client";
import { placeReader } from "./place";

export type StreamState = "connecting" | "live" | "waiting" | "off";
export interface StreamEvent {
  name: string;
  data: Record<string, unknown>;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
// The server says something at least this often, a comment where nothing happens; a silent line is a dead one.
const SILENCE_MS = 60_000;
// Pages read while the line is being laid; where that takes longer, what changed meanwhile is read once they have settled.
const SLOW_MS = 1000;
const SETTLED_MS = 2000;

export interface Stream {
  close(): void;
}

/**
 * Reads until closed. After a break it goes on behind the last event that came; where the server no longer knows that
 * place, `onGap` says that everything shown has to be read anew.
 */
export function openStream(
  onEvent: (event: StreamEvent) => void,
  onState: (state: StreamState) => void,
  onGap: () => void,
): Stream {
  const closing = new AbortController();
  let last: string | null = null;
  let wait = FIRST_WAIT_MS;
  let begun: number | null = performance.now();
  let settling = 0;

  /** The first line tells nothing of what changed before it. */
  function first(): void {
    if (begun !== null && performance.now() - begun > SLOW_MS) settling = window.setTimeout(onGap, SETTLED_MS);
    begun = null;
  }

  async function once(): Promise<void> {
    const quiet = new AbortController();
    let silence = 0;
    const heard = () => {
      clearTimeout(silence);
      silence = window.setTimeout(() => quiet.abort(), SILENCE_MS);
    };
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (last) headers["last-event-id"] = last;
    // Without a network nothing comes any more, though the line itself would not tell for a while.
    const cut = () => quiet.abort();
    window.addEventListener("offline", cut);
    heard();
    try {
      const request = new Request("/api/v1/stream", { headers, signal: AbortSignal.any([closing.signal, quiet.signal]) });
      const response = await authorized(request);
      if (!response.ok || !response.body) {
        // A place that is forgotten (or a reader who may no longer read) is told apart from a busy server.
        if (response.status >= 400 && response.status < 500 && response.status !== 429 && last) {
          last = null;
          onGap();
        }
        const after = Number(response.headers.get("retry-after"));
        if (after > 0) wait = Math.max(wait, after * 1000);
        return;
      }
      onState("live");
      first();
      wait = FIRST_WAIT_MS;
      const parser = createParser({
        onEvent(event) {
          if (event.event === "gap" || event.event === "reset") onGap();
          else if (event.data) onEvent({ name: event.event ?? "message", data: JSON.parse(event.data) });
        },
      });
      const place = placeReader();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        heard();
        parser.feed(value);
        last = place(value) ?? last;
      }
    } finally {
      clearTimeout(silence);
      window.removeEventListener("offline", cut);
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      onState("connecting");
      await once().catch(() => undefined);
      if (closing.signal.aborted) break;
      onState("waiting");
      await pause(wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
    onState("off");
  }

  void run();
  return {
    close: () => {
      clearTimeout(settling);
      closing.abort();
    },
  };
}

/** So long, or until there is a network again. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const on = () => {
      clearTimeout(timer);
      window.removeEventListener("online", on);
      resolve();
    };
    const timer = setTimeout(on, ms);
    window.addEventListener("online", on);
  });
}
