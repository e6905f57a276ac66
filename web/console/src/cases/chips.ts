/** A filter in words: one chip each value, taken away by itself. */
import { words } from "@/i18n";
import type { CaseFilter, FilterName } from "./filter";
import { areas, organizations, types, typeKey } from "./names";

export interface Chip {
  name: FilterName;
  value: string;
  text: string;
}

const NAMED: Partial<Record<FilterName, (value: string) => string>> = {
  state: (value) => words(`terms.state.${value}`),
  lamp: (value) => words(`terms.lamp.${value}`),
  source: (value) => words(`terms.source.${value}`),
  type: (value) => types.value.find((type) => type.code === value || typeKey(type) === value)?.name ?? value,
  area: (value) => areas.get(value) ?? value,
  owner: (value) => organizations.value.find((found) => found.code === value || found.id === value)?.name ?? value,
  mark: (value) => words(`cases.mark.${value}`),
  bbox: () => words("cases.filter.inView"),
};
const WITHOUT_CHIP: readonly FilterName[] = ["sort"];

export function chipsOf(filter: CaseFilter): Chip[] {
  return (Object.keys(filter) as FilterName[])
    .filter((name) => !WITHOUT_CHIP.includes(name))
    .flatMap((name) =>
      [filter[name]].flat().filter(Boolean).map((value) => ({ name, value, text: NAMED[name]?.(value) ?? value })),
    );
}

export function without(filter: CaseFilter, chip: Pick<Chip, "name" | "value">): CaseFilter {
  const held = filter[chip.name];
  return { ...filter, [chip.name]: Array.isArray(held) ? held.filter((value) => value !== chip.value) : "" };
}
