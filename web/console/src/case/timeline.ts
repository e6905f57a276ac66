/** The chain of a case as people read it. */
import type { Card, CaseEvent } from "./card";

export interface Step {
  event: CaseEvent;
  /** Name of whoever did it; null: the system, or hidden. */
  who: string | null;
  from: string | null;
  to: string;
  photos: { id: string; thumb: string; display: string }[];
  /** What else was said: inputs as plain facts, name and value. */
  facts: { name: string; value: string | number | boolean }[];
}

const TOLD_ELSEWHERE = new Set(["report_id", "source", "condition_id", "lead_id", "helper_ids", "handler_id", "inspector_id", "type"]);

export function stepsOf(card: Card, events: readonly CaseEvent[]): Step[] {
  const photos = new Map(card.photos.map((photo) => [photo.id, photo]));
  return events.map((event) => ({
    event,
    who: nameOf(event.actor),
    from: stateOf(event.from),
    to: stateOf(event.to) ?? card.state,
    photos: event.photos.flatMap((id) => {
      const urls = photos.get(id)?.urls;
      return urls?.thumb && urls.display ? [{ id, thumb: urls.thumb, display: urls.display }] : [];
    }),
    facts: factsOf(event.inputs),
  }));
}

function nameOf(actor: CaseEvent["actor"]): string | null {
  const name = actor?.name;
  return typeof name === "string" && name ? name : null;
}

export const kindOf = (actor: CaseEvent["actor"]): string | null => (typeof actor?.kind === "string" ? actor.kind : null);

function stateOf(facts: CaseEvent["from"]): string | null {
  const state = facts?.state;
  return typeof state === "string" ? state : null;
}

function factsOf(inputs: CaseEvent["inputs"]): Step["facts"] {
  return Object.entries(inputs).flatMap(([name, value]) => {
    if (TOLD_ELSEWHERE.has(name)) return [];
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? [{ name, value }] : [];
  });
}
