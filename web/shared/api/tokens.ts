/**
 * The sign-in of this browser, shared by its tabs.
 *
 * A refresh token works once: used twice it revokes its whole family. Tabs therefore renew one after the other under a
 * lock and take what another tab has fetched meanwhile.
 */
import { refusal, Refused, UNREACHABLE } from "./problem";

export interface Tokens {
  access: string;
  refresh: string;
  /** Milliseconds since 1970 at which the access token ends. */
  until: number;
}

interface Answer {
  access_token: string;
  refresh_token: string;
  expires_in: number;
}

const KEY = "fieldgrid.session";
const EARLY_MS = 30_000;

export function stored(): Tokens | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null") as Tokens | null;
  } catch {
    return null;
  }
}

function keep(answer: Answer): Tokens {
  const tokens = {
    access: answer.access_token,
    refresh: answer.refresh_token,
    until: Date.now() + answer.expires_in * 1000,
  };
  localStorage.setItem(KEY, JSON.stringify(tokens));
  return tokens;
}

export function forget(): void {
  localStorage.removeItem(KEY);
}

/** Calls back when another tab signs in or out. */
export function onChangeElsewhere(callback: () => void): void {
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) callback();
  });
}

async function post(path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Refused(UNREACHABLE);
  }
}

/** Raises: Refused. */
export async function signIn(username: string, password: string): Promise<void> {
  const response = await post("/api/v1/auth/login", { username, password });
  if (!response.ok) throw await refusal(response);
  keep((await response.json()) as Answer);
}

export async function signOut(): Promise<void> {
  const tokens = stored();
  forget();
  if (tokens) await post("/api/v1/auth/logout", { refresh_token: tokens.refresh }).catch(() => undefined);
}

/**
 * An access token that is still good, or null where nobody is signed in.
 *
 * `refused` is one that the server did not take: it is not offered again.
 * Raises: Refused where the server cannot be reached; the sign-in is kept.
 */
export async function accessToken(refused: string | null = null): Promise<string | null> {
  const good = (tokens: Tokens | null) =>
    tokens !== null && tokens.access !== refused && tokens.until - EARLY_MS > Date.now();
  const now = stored();
  if (good(now)) return now!.access;
  if (!now) return null;
  return await navigator.locks.request("fieldgrid.refresh", async () => {
    const meanwhile = stored();
    if (good(meanwhile)) return meanwhile!.access;
    if (!meanwhile) return null;
    const response = await post("/api/v1/auth/refresh", { refresh_token: meanwhile.refresh });
    if (response.status === 401) {
      forget();
      return null;
    }
    if (!response.ok) throw await refusal(response);
    return keep((await response.json()) as Answer).access;
  });
}
