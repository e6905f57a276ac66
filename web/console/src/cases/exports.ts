/** Cases as files: what is asked for, and how it is told. */
import type { components } from "@shared/api/schema";
import { writeFilter, type CaseFilter } from "./filter";

export type Export = components["schemas"]["ExportOut"];
export type ExportFormat = "xlsx" | "csv" | "geojson" | "gpkg";
export const FORMATS: readonly ExportFormat[] = ["xlsx", "csv", "geojson", "gpkg"];

/** What is asked for: the list's own filter, the words in this language. */
export function exportPath(filter: CaseFilter, format: ExportFormat, language: string): string {
  return `/api/v1/exports/cases.${format}?${new URLSearchParams({ ...writeFilter(filter), lang: language })}`;
}

/** The name that the server gave a file. */
export function nameOf(disposition: string | null, otherwise: string): string {
  return /filename="([^"]+)"/.exec(disposition ?? "")?.[1] ?? otherwise;
}

export const isUnderWay = ({ status }: Export): boolean => status === "waiting" || status === "running";

/** How large a file is, in the units that people read. */
export function sizeOf(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"] as const;
  const at = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** at;
  return `${value < 10 && at ? value.toFixed(1) : Math.round(value)} ${units[at]}`;
}
