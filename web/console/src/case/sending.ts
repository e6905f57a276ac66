/** Sending an action: once, whatever the network does, and never over somebody else's change without saying so. */
import { api, idempotencyKey, ifMatch } from "@shared/api/client";
import { Refused } from "@shared/api/problem";
import type { Action } from "./actions";
import type { Card } from "./card";
import { attemptFor, type Attempt } from "./form/drafts";
import { sent, type Values } from "./form/model";

export interface Request {
  number: string;
  version: number;
  action: Action;
  values: Values;
}

export type Outcome = { kind: "done"; card: Card } | { kind: "conflict"; refused: Refused; card: Card } | { kind: "refused"; refused: Refused };

/** The attempt has to be kept before it is sent: it is what makes sending again harmless. */
export function attemptOf(request: Request, last: Attempt | null): Attempt {
  const body = JSON.stringify([request.version, sent(request.values)]);
  return attemptFor(last, body, idempotencyKey);
}

export async function send(request: Request, attempt: Attempt): Promise<Outcome> {
  const path = { number: request.number, action: request.action };
  const header = { "If-Match": ifMatch(request.version), "Idempotency-Key": attempt.key };
  try {
    const { data } = await api.POST("/api/v1/cases/{number}/actions/{action}", {
      params: { path, header },
      body: sent(request.values) as never,
    });
    return { kind: "done", card: data! };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.problem.status !== 409 && error.problem.status !== 412) return { kind: "refused", refused: error };
    const now = await latest(request.number);
    return now ? { kind: "conflict", refused: error, card: now } : { kind: "refused", refused: error };
  }
}

async function latest(number: string): Promise<Card | null> {
  try {
    return (await api.GET("/api/v1/cases/{number}", { params: { path: { number } } })).data ?? null;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

/** What differs between the case one looked at and the case as it is: name of the fact, before, after. */
export interface Difference {
  fact: "state" | "type" | "condition" | "owner" | "handler" | "due_at" | "supervised" | "pending";
  before: string | null;
  after: string | null;
}

export function differences(before: Card, after: Card): Difference[] {
  const facts: Record<Difference["fact"], (card: Card) => string | null> = {
    state: (card) => card.state,
    type: (card) => card.type?.name ?? null,
    condition: (card) => card.condition?.text ?? null,
    owner: (card) => card.owner?.name ?? null,
    handler: (card) => card.handler?.name ?? null,
    due_at: (card) => card.due_at,
    supervised: (card) => (card.supervised ? "yes" : null),
    pending: (card) => (card.pending ? String(card.pending.kind) : null),
  };
  return (Object.keys(facts) as Difference["fact"][])
    .map((fact) => ({ fact, before: facts[fact](before), after: facts[fact](after) }))
    .filter((one) => one.before !== one.after);
}
