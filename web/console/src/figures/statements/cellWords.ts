/** Heads and cells of any table of figures, in words of the page. */
import { at, term } from "@/case/words";
import { hasWords, language, words } from "@/i18n";
import { amount, percent, workingTime } from "../number";
import { INDICATORS, valued } from "../ranking/indicators";
import { weekdayName } from "../sla/heat";
import type { Cell, Column, Table } from "./preview";

const HEADS = ["sla.by", "statements.column", "sla.count", "sla.metric", "sla.detours.part", "sla.detours", "sla.age"];

/** What a column is called; parts of parts are told one after the other. */
export const headOf = ({ key }: Pick<Column, "key">): string =>
  key.split(".").map((part) => HEADS.map((group) => `figures.${group}.${part}`).find(hasWords) ?? part).map((name) => (hasWords(name) ? words(name) : name)).join(" · ");

function spoken(key: string, value: string): string {
  if (key === "indicator") return words(`evaluation.indicator.${value}`);
  if (key === "weekday") return weekdayName(Number(value), language.value);
  if (key === "stage" && value === "hold") return words("figures.sla.stages.hold");
  return term(key, value);
}

/** A number by its form; `indicator` is of which it is the value. */
export function numberOf(value: number, form: Column["form"], indicator: string | null): string {
  if (indicator !== null && indicator in INDICATORS) return valued(indicator, value, language.value)!;
  if (form === "share") return percent(value, language.value);
  if (form === "time") return workingTime(value, language.value);
  return amount(value, language.value, Number.isInteger(value) ? 0 : 2);
}

export function cellOf(cell: Cell, { key, form }: Column, indicator: string | null = null): string {
  if (cell === null) return form === "share" || form === "time" || key === "value" ? words("figures.noData") : "";
  if (typeof cell === "boolean") return cell ? words("figures.behind.yes") : "";
  if (form === "term") return spoken(key, String(cell));
  if (form === "instant") return at(String(cell));
  return typeof cell === "string" ? cell : numberOf(cell, form, key === "value" ? indicator : null);
}

/** The indicator that a line is of; null in tables of something else. */
export function indicatorIn({ columns }: Table, row: readonly Cell[]): string | null {
  const place = columns.findIndex(({ key }) => key === "indicator");
  return place < 0 ? null : String(row[place]);
}
