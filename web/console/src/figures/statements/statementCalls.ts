/** Statements as the API keeps them. All raise: Refused. */
import { api, idempotencyKey, ifMatch } from "@shared/api/client";
import type { components } from "@shared/api/schema";
import { all } from "@/cases/names";
import { nameOf } from "@/cases/exports";
import { download } from "@/grid/upload";
import { downloadFrom } from "../answers";
import { bodyOf, type Draft, type Statement } from "./statement";

export type Delivery = components["schemas"]["StatementDeliveryOut"];
const ONE = "/api/v1/statements/{statement_id}";

export const listStatements = (): Promise<Statement[]> =>
  all(async (cursor) => (await api.GET("/api/v1/statements", { params: { query: { limit: 100, cursor } } })).data! as { items: Statement[]; next_cursor: string | null });

export async function keepStatement(draft: Draft, old: Statement | null): Promise<Statement> {
  const body = bodyOf(draft);
  const kept = old
    ? await api.PUT(ONE, { params: { path: { statement_id: old.id }, header: { "If-Match": ifMatch(old.version) } }, body })
    : await api.POST("/api/v1/statements", { params: { header: { "Idempotency-Key": idempotencyKey() } }, body });
  return kept.data! as Statement;
}

export const dropStatement = async ({ id, version }: Statement): Promise<void> =>
  void (await api.DELETE(ONE, { params: { path: { statement_id: id }, header: { "If-Match": ifMatch(version) } } }));

/** The file, made now; answers its name, or null where a job makes it first. */
export async function runStatement({ id, name, format }: Statement): Promise<string | null> {
  const { data, response } = await api.POST(`${ONE}/run`, { params: { path: { statement_id: id } }, body: {}, parseAs: "blob" });
  if (response.status === 202) return null;
  const file = nameOf(response.headers.get("content-disposition"), `${name}.${format}`);
  download(data as Blob, file);
  return file;
}

export const deliveriesOf = (id: string): string => `/statements/${id}/deliveries?limit=20`;

/** The file of a delivery, as the server names it. */
export const fetchFileOf = (statement: string, delivery: string): Promise<void> => downloadFrom(`/statements/${statement}/deliveries/${delivery}/file`, "statement");
