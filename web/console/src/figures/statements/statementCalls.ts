/** Statements as the API keeps them. All raise: Refused. */
import { authorized, idempotencyKey, ifMatch } from "@shared/api/client";
import { refusal } from "@shared/api/problem";
import { all } from "@/cases/names";
import { nameOf } from "@/cases/exports";
import { download } from "@/grid/upload";
import { language } from "@/i18n";
import { queryOf, readPath } from "../answers";
import { bodyOf, type Draft, type Statement } from "./statement";

export interface Mail {
  recipient: string;
  state: "waiting" | "sent" | "trying";
  sent_at: string | null;
  error: string | null;
}
export interface Delivery {
  id: string;
  at: string;
  period: string | null;
  state: "waiting" | "making" | "sent" | "refused" | "failed";
  error: string | null;
  bytes: number | null;
  file: string | null;
  mails: Mail[];
  webhooks: number;
}

async function send(method: string, path: string, { body, version }: { body?: unknown; version?: number } = {}): Promise<Response> {
  const headers: Record<string, string> = { "content-type": "application/json", "accept-language": language.value };
  if (method === "POST") headers["idempotency-key"] = idempotencyKey();
  if (version !== undefined) headers["if-match"] = ifMatch(version);
  const response = await authorized(new Request(`/api/v1${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) }));
  if (!response.ok) throw await refusal(response);
  return response;
}

export const listStatements = (): Promise<Statement[]> => all((cursor) => readPath<{ items: Statement[]; next_cursor: string | null }>(`/statements?${queryOf({ limit: 100, cursor })}`));

export async function keepStatement(draft: Draft, old: Statement | null): Promise<Statement> {
  const response = old ? await send("PUT", `/statements/${old.id}`, { body: bodyOf(draft), version: old.version }) : await send("POST", "/statements", { body: bodyOf(draft) });
  return (await response.json()) as Statement;
}

export const dropStatement = async ({ id, version }: Statement): Promise<void> => void (await send("DELETE", `/statements/${id}`, { version }));

/** The file, made now; its name is what was kept. */
export async function runStatement({ id, name, format }: Statement): Promise<string> {
  const response = await send("POST", `/statements/${id}/run`, { body: {} });
  const file = nameOf(response.headers.get("content-disposition"), `${name}.${format}`);
  download(await response.blob(), file);
  return file;
}

export const deliveriesOf = (id: string): string => `/statements/${id}/deliveries?limit=20`;

/** The file of a delivery, as the server names it. */
export async function fetchFileOf(statement: string, delivery: string): Promise<void> {
  const response = await send("GET", `/statements/${statement}/deliveries/${delivery}/file`);
  download(await response.blob(), nameOf(response.headers.get("content-disposition"), "statement"));
}
