/** Seven days of the week by twenty-four hours. */
import type { EChartsCoreOption } from "echarts/core";
import { common, type ChartLook } from "../charts/look";
import { count, type Row } from "./metrics";

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;
export const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
export const HEAT_COUNTS = ["reports", "filed", "due", "overdue_open"] as const;
export type HeatCount = (typeof HEAT_COUNTS)[number];

/** Counts by weekday (1 = Monday, first) and hour. */
export function week(rows: readonly Row[], name: string): number[][] {
  const cells = WEEKDAYS.map(() => HOURS.map(() => 0));
  for (const row of rows) {
    const [weekday, hour] = [Number(row.weekday), Number(row.hour)];
    const line = cells[weekday - 1];
    if (line?.[hour] !== undefined) line[hour] += count(row, name);
  }
  return cells;
}

export const most = (cells: readonly number[][]): number => Math.max(0, ...cells.flat());

/** The day of a week in the language of the page: 1 = Monday. */
export const weekdayName = (weekday: number, language: string): string => new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" }).format(Date.UTC(2024, 0, weekday));

export function heatOption(cells: readonly number[][], days: readonly string[], look: ChartLook): EChartsCoreOption {
  const { text, base, axisLine } = common(look);
  return {
    ...base,
    legend: undefined,
    tooltip: { ...base.tooltip, trigger: "item", formatter: ({ value }: { value: [number, number, number] }) => `${days[value[1]]} ${value[0]}:00 · ${value[2]}` },
    grid: { left: 4, right: 4, top: 4, bottom: look.size * 3.2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: { type: "category", data: HOURS.map(String), axisLabel: { ...text, hideOverlap: true }, axisLine, axisTick: { show: false } },
    yAxis: { type: "category", data: [...days], inverse: true, axisLabel: { ...text, interval: 0 }, axisLine, axisTick: { show: false } },
    visualMap: { type: "continuous", min: 0, max: Math.max(1, most(cells)), calculable: false, orient: "horizontal", left: "center", bottom: 0, itemHeight: look.size * 10, itemWidth: look.size * 0.8, textStyle: text, text: [String(most(cells)), "0"], inRange: { color: look.ramp } },
    series: [{ type: "heatmap", data: cells.flatMap((line, day) => line.map((value, hour) => [hour, day, value])), itemStyle: { borderColor: look.surface, borderWidth: 1 } }],
  };
}
