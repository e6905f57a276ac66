/** Papers of a case: issued under a number, then delivered or cancelled. */
import { api, idempotencyKey } from "@shared/api/client";
import type { components } from "@shared/api/schema";
import type { Card } from "@/case/card";
import { attemptFor, type Attempt } from "@/case/form/drafts";

export type Paper = components["schemas"]["DocumentItemOut"];
export type Order = components["schemas"]["OrderIn"];
export type Kind = components["schemas"]["DocumentKind"];
export type Delivered = components["schemas"]["DeliveredIn"];
export const WAYS = ["direct", "left", "post", "electronic", "entrusted"] as const satisfies readonly components["schemas"]["Delivery"][];

/** What the city's posts issue as delivered; who may not after all is told so by the API. */
export function kindsFor(roles: ReadonlySet<string>): Kind[] {
  if (roles.has("supervisor")) return ["supervision", "rectification"];
  return roles.has("dispatcher") || roles.has("shift_leader") ? ["rectification"] : [];
}

export type Missing = "addressee_id" | "due_at" | "due_past";
/** What an order still lacks; the case's lead owner and its deadline stand in where they can. */
export function missingOf(order: Partial<Order> & { kind: Kind }, card: Pick<Card, "owner" | "due_at">, now: number): Missing[] {
  const found: Missing[] = [];
  if (!order.addressee_id && !card.owner) found.push("addressee_id");
  if (order.due_at && Date.parse(order.due_at) <= now) found.push("due_past");
  const stands = card.due_at !== null && Date.parse(card.due_at) > now;
  if (order.kind === "rectification" && !order.due_at && !stands) found.push("due_at");
  return found;
}

/** Sends once, whatever the network does: the same again has the same key. */
export function sender() {
  let last: Attempt | null = null;
  const header = (body: unknown) => ({ "Idempotency-Key": (last = attemptFor(last, JSON.stringify(body), idempotencyKey)).key });
  return {
    /** Raises: Refused. */
    issue: (number: string, order: Order) => api.POST("/api/v1/cases/{number}/documents", { params: { path: { number }, header: header(order) }, body: order }),
    /** Raises: Refused. */
    deliver: (id: string, body: Delivered) => api.POST("/api/v1/documents/{document_id}/delivered", { params: { path: { document_id: id }, header: header(body) }, body }),
    /** Raises: Refused. */
    cancel: (id: string, reason: string) => api.POST("/api/v1/documents/{document_id}/cancel", { params: { path: { document_id: id }, header: header(reason) }, body: { reason } }),
  };
}
