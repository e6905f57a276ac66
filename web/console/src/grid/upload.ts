/** Files for the API, with the sign-in and a key by which the same file sent again is taken once. */
import { authorized } from "@shared/api/client";
import { refusal } from "@shared/api/problem";

/** Raises: Refused. */
export async function sendForm<Answer>(path: string, form: FormData, key: string, headers: Record<string, string> = {}): Promise<Answer> {
  const request = new Request(`/api/v1${path}`, { method: "POST", body: form, headers: { "Idempotency-Key": key, ...headers } });
  const response = await authorized(request);
  if (!response.ok) throw await refusal(response);
  return (await response.json()) as Answer;
}

/** A file to keep, under a name. */
export function download(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Raises: Refused. */
export async function fetchFile(path: string): Promise<Blob> {
  const response = await authorized(new Request(`/api/v1${path}`));
  if (!response.ok) throw await refusal(response);
  return await response.blob();
}
