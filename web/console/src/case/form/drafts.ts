/**
 * What was typed and not yet sent, kept in this browser for each person, case and action.
 *
 * A draft also keeps the last attempt: where no answer came, the same request goes again under the same key, and
 * happens once.
 */
import type { Values } from "./model";

export interface Attempt {
  key: string;
  /** The request it was for, word for word. */
  body: string;
}
export interface Draft {
  values: Values;
  attempt: Attempt | null;
  at: number;
}

const PREFIX = "fieldgrid.draft.";
const KEPT_MS = 30 * 86_400_000;

const place = (user: string, number: string, action: string) => `${PREFIX}${user}.${number}.${action}`;

export function draftOf(storage: Storage, user: string, number: string, action: string): Draft | null {
  try {
    return JSON.parse(storage.getItem(place(user, number, action)) ?? "null") as Draft | null;
  } catch {
    return null;
  }
}

/** Whether it could be kept: a full storage keeps nothing more. */
export function keepDraft(storage: Storage, user: string, number: string, action: string, draft: Draft): boolean {
  try {
    storage.setItem(place(user, number, action), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(storage: Storage, user: string, number: string, action: string): void {
  storage.removeItem(place(user, number, action));
}

/** The actions of a case for which something is kept. */
export function draftedActions(storage: Storage, user: string, number: string): string[] {
  const prefix = place(user, number, "");
  return keysOf(storage)
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length));
}

/** Forgets what nobody came back to for a month. */
export function forgetOldDrafts(storage: Storage, now: number): void {
  for (const key of keysOf(storage).filter((name) => name.startsWith(PREFIX))) {
    try {
      const draft = JSON.parse(storage.getItem(key) ?? "null") as Draft | null;
      if (!draft || now - draft.at > KEPT_MS) storage.removeItem(key);
    } catch {
      storage.removeItem(key);
    }
  }
}

/** The key for this request: that of the last attempt where it is the same request, else a fresh one. */
export function attemptFor(last: Attempt | null, body: string, fresh: () => string): Attempt {
  return last && last.body === body ? last : { key: fresh(), body };
}

function keysOf(storage: Storage): string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index)).filter((key) => key !== null);
}
