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

export function linesOption(points: readonly string[], lines: readonly Line[], look: ChartLook, write: (value: number) => string, share = false): EChartsCoreOption {
  const { text, base, axisLine, splitLine } = common(look);
  return {
    ...base,
    aria: { enabled: false },
    tooltip: { ...base.tooltip, valueFormatter: (value: unknown) => (typeof value === "number" ? write(value) : "–") },
    grid: { left: 4, right: look.size, top: look.size * 2.6, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: { type: "category", data: points.map(short), axisLabel: { ...text, hideOverlap: true }, axisLine, axisTick: { show: false } },
    yAxis: { type: "value", ...(share ? { max: 1, scale: true } : { minInterval: 1 }), axisLabel: { ...text, formatter: (value: number) => write(value).replace(/[.,]00(?=%)/, "") }, splitLine, splitNumber: 4 },
    series: lines.map(({ name, values }, index) => ({
      name, type: "line", data: values, connectNulls: false, symbol: MARKS[index % MARKS.length], symbolSize: look.size * 0.55, showAllSymbol: points.length <= MOST_DAYS,
      color: look.series[index % look.series.length], lineStyle: { width: 2, type: DASHES[index % DASHES.length] },
    })),
  };
}

export const isShare = (name: MetricName): boolean => metricOf(name).form === "rate";
