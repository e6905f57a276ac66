/** Duty zones: who answers for which cells. */
import type { Refused } from "@shared/api/problem";
import type { components } from "@shared/api/schema";

export type Zone = components["schemas"]["ZoneOut"];
export type Person = components["schemas"]["PersonOut"];
export interface Draft {
  /** The code of a new one is chosen, that of an old one stays. */
  fresh: boolean;
  code: string;
  name: string;
  cells: string[];
  people: string[];
}

/** What a refusal says of each cell, person or name: pointers such as `/cells/3` are named by what stands there. */
export function faultsOf(refused: Refused | null, draft: Draft): { what: string; detail: string }[] {
  return (refused?.problem.errors ?? []).map(({ pointer, detail }) => {
    const [, list, index] = /^\/(cells|people)\/(\d+)/.exec(pointer) ?? [];
    const what = list === "cells" ? draft.cells[Number(index)] : list === "people" ? draft.people[Number(index)] : pointer.replace(/^\//, "");
    return { what: what ?? pointer, detail };
  });
}

/** Cells to a draft or out of it, each once, in order. */
export function toggled(cells: readonly string[], code: string): string[] {
  return cells.includes(code) ? cells.filter((other) => other !== code) : [...cells, code].sort();
}
export const joined = (cells: readonly string[], more: readonly string[]): string[] => [...new Set([...cells, ...more])].sort();

/** The zone that has a cell already, if it is another one. */
export function ownerOf(cell: string, zones: readonly Zone[], draft: Draft): Zone | null {
  return zones.find((zone) => zone.code !== draft.code && zone.cells.includes(cell)) ?? null;
}
