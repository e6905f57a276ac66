/** The API, typed by its own description. */
import createClient, { type Middleware } from "openapi-fetch";
import { refusal, Refused, UNREACHABLE } from "./problem";
import type { paths } from "./schema";
import { accessToken, forget } from "./tokens";

let ended: () => void = () => undefined;
/** What to do when the sign-in has ended for good. */
export function onSessionEnd(callback: () => void): void {
  ended = callback;
}

/** `fetch` with the sign-in, renewed once where the server does not take it. Raises: Refused when nobody answers. */
export async function authorized(input: Request): Promise<Response> {
  const token = await accessToken();
  const send = async (bearer: string | null) => {
    const request = input.clone();
    if (bearer) request.headers.set("authorization", `Bearer ${bearer}`);
    try {
      return await fetch(request);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new Refused(UNREACHABLE);
    }
  };
  const first = await send(token);
  if (first.status !== 401 || !token) return first;
  const next = await accessToken(token);
  if (next) return await send(next);
  forget();
  ended();
  return first;
}

const refusing: Middleware = {
  async onResponse({ response }) {
    if (!response.ok && response.status !== 304) throw await refusal(response);
  },
};

// URLSearchParams as the API reads them: lists with commas, nothing for what is not given.
function query(values: Record<string, unknown>): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null || value === "") continue;
    if (Array.isArray(value)) {
      if (value.length) parts.set(name, value.join(","));
    } else parts.set(name, String(value));
  }
  return parts.toString();
}

/** Every call of the contract; what is refused is thrown as `Refused`, so `data` is there when a call returns. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: authorized, querySerializer: query });
api.use(refusing);

/** A key with which a POST may be sent again without happening twice. */
export const idempotencyKey = (): string => crypto.randomUUID();

/** The version of a thing as `If-Match` wants it. */
export const ifMatch = (version: number | string): string => `"${version}"`;
