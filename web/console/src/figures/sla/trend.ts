/** How figures went from day to day or month to month, beside the time that they are compared with. */
import type { EChartsCoreOption } from "echarts/core";
import { common, DASHES, MARKS, type ChartLook } from "../charts/look";
import { figure, count, metricOf, type MetricName, type Row } from "./metrics";
import { daysIn, daysOf, monthsOf, type Span } from "./spans";

const MOST_DAYS = 62;
/** Long times are told by months. */
export const unitOf = (span: Span): "day" | "month" => (daysIn(span) > MOST_DAYS ? "month" : "day");
export const pointsOf = (span: Span, unit: "day" | "month"): string[] => (unit === "day" ? daysOf(span) : monthsOf(span));

export interface Line {
  name: string;
  values: (number | null)[];
  /** Its points lead nowhere: they are of another time. */
  silent?: boolean;
}

/** One value for each point; null where nothing was counted. */
export function valuesAt(rows: readonly Row[], unit: "day" | "month", points: readonly string[], name: MetricName): (number | null)[] {
  const found = new Map(rows.map((row) => [String(row[unit]), row]));
  return points.map((point) => figure(found.get(point) ?? null, name));
}

export function countsAt(rows: readonly Row[], unit: "day" | "month", points: readonly string[], name: string): number[] {
  const found = new Map(rows.map((row) => [String(row[unit]), row]));
  return points.map((point) => count(found.get(point) ?? null, name));
}

/** What stands at the axis: "11-03" of days, the whole of months. */
export const short = (point: string): string => (point.length === 10 ? point.slice(5) : point);

const FLOORS: readonly [floor: number, interval: number][] = [[0.9, 0.02], [0.8, 0.05], [0.6, 0.1]];

/** High shares are looked at closely: from the highest round floor below all of them up to the whole. */
export function closeUp(lines: readonly Line[]): { min: number; max: number; interval: number } {
  const lowest = Math.min(1, ...lines.flatMap(({ values }) => values.filter((value) => value !== null)));
  const [min, interval] = FLOORS.find(([floor]) => floor <= lowest) ?? [0, 0.25];
  return { min, max: 1, interval };
}

/** Lines over days or months; `whole`: shares that should be high. */
export function linesOption(points: readonly string[], lines: readonly Line[], look: ChartLook, write: (value: number) => string, whole = false): EChartsCoreOption {
  const { text, base, axisLine, splitLine } = common(look);
  return {
    ...base,
    aria: { enabled: false },
    tooltip: { ...base.tooltip, valueFormatter: (value: unknown) => (typeof value === "number" ? write(value) : "–") },
    grid: { left: 4, right: look.size, top: look.size * 2.6, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: { type: "category", data: points.map(short), axisLabel: { ...text, hideOverlap: true }, axisLine, axisTick: { show: false } },
    yAxis: { type: "value", min: 0, ...(whole ? closeUp(lines) : {}), axisLabel: { ...text, formatter: (value: number) => write(value).replace(/[.,]00(?=%)/, "") }, splitLine, splitNumber: 4 },
    series: lines.map(({ name, values, silent = false }, index) => ({
      name, silent, type: "line", data: values, connectNulls: false, symbol: MARKS[index % MARKS.length], symbolSize: look.size * 0.55, showAllSymbol: points.length <= MOST_DAYS,
      color: look.series[index % look.series.length], lineStyle: { width: 2, type: DASHES[index % DASHES.length] },
    })),
  };
}

/** Shares that should be high are drawn up to the whole. */
export const isWhole = (name: MetricName): boolean => metricOf(name).form === "rate" && metricOf(name).good > 0;
