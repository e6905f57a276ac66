/** The cases behind a number: as rows of a table, and as a file. */
import type { components } from "@shared/api/schema";

export type CaseBehind = components["schemas"]["CaseBehindOut"];
export interface Behind {
  as_of: string;
  items: CaseBehind[];
}

/** How a case is told in words of the page. */
export interface Telling {
  state: (state: string) => string;
  source: (source: string) => string;
  at: (instant: string | null) => string;
  yes: string;
}

export const COLUMNS = ["number", "state", "type", "cell", "source", "unit", "openedAt", "countedAt", "closedAt", "forced"] as const;

/** The rows of the file, without their head. */
export function fileRows(items: readonly CaseBehind[], { state, source, at, yes }: Telling): string[][] {
  return items.map((one) => [
    one.number, state(one.state), one.type?.name ?? "", one.cell, source(one.source), one.owner?.name ?? "", at(one.opened_at), at(one.counted_at), at(one.closed_at), one.forced ? yes : "",
  ]);
}
