/** How a map asks for things: our own tiles with the sign-in, from the address of the page, whatever a description says. */
import { accessToken } from "@shared/api/tokens";

const OWN = /^https?:\/\/[^/]+(\/api\/v1\/tiles\/.*)$/;

/** The same path at the page's own server, or null for what is not ours. */
export function ownAddress(url: string, origin: string): string | null {
  const path = OWN.exec(url)?.[1] ?? (url.startsWith("/api/v1/tiles/") ? url : null);
  return path === null ? null : origin + path;
}

export async function signedRequest(url: string): Promise<{ url: string; headers?: Record<string, string> }> {
  const own = ownAddress(url, location.origin);
  if (!own) return { url };
  // Where nobody can be asked for a new token the tiles say so themselves.
  const token = await accessToken().catch(() => null);
  return token ? { url: own, headers: { authorization: `Bearer ${token}` } } : { url: own };
}
