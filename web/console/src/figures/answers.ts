/** Figures read once and shown again when one comes back: what was asked a moment ago is not asked anew. */
import { authorized } from "@shared/api/client";
import { refusal, Refused, UNREACHABLE } from "@shared/api/problem";
import { onScopeDispose, ref, shallowRef, watch } from "vue";
import { nameOf } from "@/cases/exports";
import { download } from "@/grid/upload";
import { language } from "@/i18n";
import { faultsCsv } from "@/parts/faultsCsv";
import { explain } from "@/shell/explain";

const FRESH_MS = 120_000;
const KEPT = 80;
const kept = new Map<string, { at: number; content: unknown }>();
const round = ref(0);

/** Everything that is shown is read anew. */
export function readAnew(): void {
  kept.clear();
  round.value += 1;
}

function keep(path: string, content: unknown): void {
  kept.delete(path);
  kept.set(path, { at: Date.now(), content });
  const oldest = kept.keys().next().value;
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
}

async function fetched(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await authorized(new Request(`/api/v1${path}`, init));
  if (!response.ok) throw await refusal(response);
  return response;
}

// An answer that breaks off on its way is none.
async function answered(path: string, init?: RequestInit): Promise<unknown> {
  const response = await fetched(path, init);
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refused(UNREACHABLE);
  }
}

/**
 * The answer to a path below `/api/v1`, read whenever the path changes; null asks nothing. While the next one is read the last one stays.
 * `Answer` is what the contract says the path answers.
 */
export function useAnswer<Answer>(path: () => string | null) {
  const data = shallowRef<Answer | null>(null);
  const trouble = ref("");
  const busy = ref(false);
  let asking = new AbortController();

  async function read(): Promise<void> {
    asking.abort();
    const wanted = path();
    busy.value = false;
    if (wanted === null) {
      data.value = null;
      return;
    }
    const old = kept.get(wanted);
    trouble.value = "";
    if (old && Date.now() - old.at < FRESH_MS) {
      data.value = old.content as Answer;
      return;
    }
    const { signal } = (asking = new AbortController());
    busy.value = true;
    try {
      const content = (await answered(wanted, { signal })) as Answer;
      keep(wanted, content);
      if (!signal.aborted) data.value = content;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Refused)) throw error;
      data.value = null;
      trouble.value = explain(error);
    }
    if (!signal.aborted) busy.value = false;
  }
  watch([path, round], () => void read(), { immediate: true });
  onScopeDispose(() => asking.abort());
  return { data, trouble, busy, again: () => void read() };
}

/** Why a number is not known yet: it is being read, or could not be. */
export type Unknown = "" | "reading" | "unread";
export const unknownOf = ({ busy, trouble }: Pick<ReturnType<typeof useAnswer>, "busy" | "trouble">): Unknown => (trouble.value ? "unread" : busy.value ? "reading" : "");

/** The answer to a path, once. Raises: Refused. */
export const readPath = async <Answer>(path: string): Promise<Answer> => (await answered(path)) as Answer;

/** A file of the server for keeping, in the language of the page; false where a job makes it first. Raises: Refused. */
export async function downloadUnlessJob(path: string, otherwise: string): Promise<boolean> {
  const response = await fetched(path, { headers: { "accept-language": language.value } });
  if (response.status === 202) return false;
  download(await response.blob(), nameOf(response.headers.get("content-disposition"), otherwise));
  return true;
}

/** A file of the server for keeping. Raises: Refused. */
export const downloadFrom = async (path: string, otherwise: string): Promise<void> => void (await downloadUnlessJob(path, otherwise));

/** Rows as a file that spreadsheets open, their heads first. */
export const csvFile = (rows: readonly (readonly string[])[]): Blob => new Blob([faultsCsv(rows)], { type: "text/csv" });

export { queryOf } from "./query";
