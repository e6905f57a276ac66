/** What charts are drawn with: the colours of the theme, letters of the page. */
export interface ChartLook {
  text: string;
  quiet: string;
  line: string;
  surface: string;
  grey: string;
  green: string;
  red: string;
  /** For things of a kind, told apart also by dash, mark or pattern. */
  series: string[];
  /** From little to much. */
  ramp: string[];
  font: string;
  /** Height of letters in pixels. */
  size: number;
}

export const MARKS = ["circle", "rect", "triangle", "diamond"] as const;
export const DASHES = ["solid", "dashed", "dotted"] as const;
export const RAMP = 5;
export const SERIES = 8;

export function lookOf(element: Element): ChartLook {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--fg-${name}`).trim();
  const several = (name: string, count: number, first: number) => Array.from({ length: count }, (_, index) => colour(`${name}-${index + first}`));
  return {
    text: colour("text"), quiet: colour("text-2"), line: colour("line"), surface: colour("surface"), grey: colour("grey"), green: colour("green"), red: colour("red"),
    series: several("chart", SERIES, 1), ramp: several("ramp", RAMP, 0), font: colour("font"), size: Number.parseFloat(style.fontSize) * 0.86,
  };
}

/** What all charts have in common. */
export function common(look: ChartLook) {
  const text = { color: look.quiet, fontSize: look.size, fontFamily: look.font };
  return {
    text,
    base: {
      animation: false,
      textStyle: { fontFamily: look.font },
      tooltip: { trigger: "axis" as const, confine: true, backgroundColor: look.surface, borderColor: look.line, textStyle: { ...text, color: look.text } },
      legend: { top: 0, left: 0, type: "scroll" as const, textStyle: text, itemWidth: look.size * 2, itemHeight: look.size * 0.8, pageTextStyle: text, pageIconColor: look.quiet, pageIconInactiveColor: look.line },
    },
    axisLine: { lineStyle: { color: look.line } },
    splitLine: { lineStyle: { color: look.line } },
  };
}
