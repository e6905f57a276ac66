/** Cases as files: at once where they are few, else as a job that is looked at until it is done. */
import { api, authorized } from "@shared/api/client";
import { refusal } from "@shared/api/problem";
import { nameOf, type Export, type ExportFormat } from "./exports";

export interface ExportedFile {
  content: Blob;
  name: string;
}

export const isFile = (answer: ExportedFile | Export): answer is ExportedFile => "content" in answer;

async function fetched(path: string): Promise<Response> {
  const response = await authorized(new Request(path));
  if (!response.ok) throw await refusal(response);
  return response;
}

async function fileIn(response: Response, format: string): Promise<ExportedFile> {
  return { content: await response.blob(), name: nameOf(response.headers.get("content-disposition"), `cases.${format}`) };
}

/** The file, or the job that makes it. Raises: Refused. */
export async function askForExport(path: string, format: ExportFormat): Promise<ExportedFile | Export> {
  const response = await fetched(path);
  return response.status === 202 ? ((await response.json()) as Export) : await fileIn(response, format);
}

/** Mine of the last days, newest first. Raises: Refused. */
export const myExports = async (): Promise<Export[]> => (await api.GET("/api/v1/exports")).data!.items;

/** The file of an export that is ready. Raises: Refused. */
export const fileOf = async ({ id, format }: Export): Promise<ExportedFile> => await fileIn(await fetched(`/api/v1/exports/${id}/file`), format);
