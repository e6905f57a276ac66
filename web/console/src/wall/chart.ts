/** How lines are drawn: by colour, dash and mark, with few words. */
import type { EChartsCoreOption } from "echarts/core";

export interface Series {
  name: string;
  /** Nothing where there is no figure. */
  values: (number | null)[];
}
export interface ChartLook {
  text: string;
  line: string;
  surface: string;
  series: string[];
  font: string;
  /** Height of letters in pixels. */
  size: number;
}

const MARKS = ["circle", "rect", "triangle"] as const;
const DASHES = ["solid", "dashed", "dotted"] as const;

export function chartOption(labels: string[], series: readonly Series[], look: ChartLook): EChartsCoreOption {
  const text = { color: look.text, fontSize: look.size, fontFamily: look.font };
  return {
    animation: false,
    textStyle: { fontFamily: look.font },
    grid: { left: look.size * 3.4, right: look.size * 1.5, top: look.size * 2.8, bottom: look.size * 2.2 },
    legend: { top: 0, right: 0, textStyle: text, itemWidth: look.size * 2.4, itemHeight: look.size * 0.8, icon: undefined },
    tooltip: { trigger: "axis", backgroundColor: look.surface, borderColor: look.line, textStyle: text },
    xAxis: {
      type: "category", data: labels, boundaryGap: false, axisLabel: { ...text, hideOverlap: true }, axisLine: { lineStyle: { color: look.line } }, axisTick: { show: false },
    },
    yAxis: { type: "value", minInterval: 1, axisLabel: text, splitLine: { lineStyle: { color: look.line } }, splitNumber: 4 },
    series: series.map(({ name, values }, index) => ({
      name, type: "line", data: values, symbol: MARKS[index % MARKS.length], symbolSize: look.size * 0.55, showSymbol: labels.length <= 40,
      color: look.series[index % look.series.length], lineStyle: { width: Math.max(2, look.size / 6), type: DASHES[index % DASHES.length] },
    })),
  };
}
