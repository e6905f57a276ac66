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

const DISTRICT_DIGITS = 6;
interface Coded {
  code: string;
}
/** Zones by the district that their codes begin with, where there is more than one; codes of another kind stay together. */
export function foldZones<Some extends Coded>(zones: readonly Some[]): { code: string; zones: Some[] }[] {
  const found = new Map<string, Some[]>();
  for (const zone of zones) {
    const district = /^\d{9,}/.test(zone.code) ? zone.code.slice(0, DISTRICT_DIGITS) : "";
    found.set(district, [...(found.get(district) ?? []), zone]);
  }
  return [...found].map(([code, of]) => ({ code, zones: of }));
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
