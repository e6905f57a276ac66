/** Bars lying down: groups from the worst to the best, or what each is made of. */
import type { EChartsCoreOption } from "echarts/core";
import { common, type ChartLook } from "../charts/look";

const NAME_SHARE = 0.34;

export interface Bar {
  name: string;
  value: number | null;
  /** What it was before; a mark beside the bar. */
  before: number | null;
  /** Too few cases: drawn pale. */
  small: boolean;
}
/** `before` is null where nothing is compared. */
export interface Names {
  value: string;
  before: string | null;
}

/** How values are written, and whether they are shares of which the whole is wanted. */
export interface Scale {
  write: (value: number) => string;
  whole: boolean;
}

function frame(names: readonly string[], values: readonly string[], look: ChartLook, width: number, { write, whole }: Scale) {
  const { text, base, axisLine, splitLine } = common(look);
  return {
    ...base,
    tooltip: { ...base.tooltip, axisPointer: { type: "shadow" }, valueFormatter: (value: unknown) => (typeof value === "number" ? write(value) : "–") },
    grid: { left: 4, right: 4, top: look.size * 2.4, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: { type: "value", min: 0, ...(whole ? { max: 1, interval: 0.25 } : {}), axisLabel: { ...text, hideOverlap: true, formatter: (value: number) => write(value).replace(/[.,]00(?=%)/, "") }, splitLine, splitNumber: 4 },
    // Names left of the bars, their figures right of them.
    yAxis: [
      { type: "category", data: [...names], inverse: true, axisLabel: { ...text, color: look.text, width: width * NAME_SHARE, overflow: "truncate" }, axisLine, axisTick: { show: false } },
      { type: "category", data: [...values], inverse: true, position: "right", axisLabel: { ...text, color: look.text, interval: 0 }, axisLine: { show: false }, axisTick: { show: false } },
    ],
  };
}

export function barsOption(bars: readonly Bar[], names: Names, look: ChartLook, width: number, scale: Scale): EChartsCoreOption {
  const values = bars.map(({ value }) => (value === null ? "" : scale.write(value)));
  return {
    ...frame(bars.map((bar) => bar.name), values, look, width, scale),
    series: [
      {
        name: names.value, type: "bar", color: look.series[0], barMaxWidth: 18,
        data: bars.map(({ value, small }) => ({ value, itemStyle: small ? { color: look.surface, borderColor: look.series[0], borderType: "dashed", borderWidth: 1.5 } : {} })),
      },
      ...(names.before === null ? [] : [{ name: names.before, type: "line" as const, color: look.series[1], data: bars.map((bar) => bar.before), lineStyle: { width: 0, opacity: 0 }, symbol: "diamond", symbolSize: look.size * 0.85, showSymbol: true, z: 5 }]),
    ],
  };
}

export interface Stack {
  name: string;
  colour: string;
  values: (number | null)[];
}

/** Parts of each bar, told apart by colour, pattern and a line between them. */
export function stacksOption(names: readonly string[], sums: readonly string[], stacks: readonly Stack[], look: ChartLook, width: number, scale: Scale & { edge?: string }): EChartsCoreOption {
  return {
    ...frame(names, sums, look, width, scale),
    aria: { enabled: true, label: { enabled: false }, decal: { show: true } },
    series: stacks.map(({ name, colour, values }) => ({ name, type: "bar", stack: "all", color: colour, barMaxWidth: 20, itemStyle: { borderColor: scale.edge ?? look.surface, borderWidth: 1 }, data: values })),
  };
}

/** Pixels for so many bars. */
export const barsHeight = (bars: number): number => 64 + bars * 26;
