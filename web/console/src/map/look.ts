/** The colours of a map, read from the design tokens of the page as it looks now. */

export const TOKENS = {
  land: "--fg-map-land",
  water: "--fg-map-water",
  green: "--fg-map-green",
  building: "--fg-map-building",
  road: "--fg-map-road",
  roadEdge: "--fg-map-road-edge",
  border: "--fg-map-border",
  cell: "--fg-map-cell",
  label: "--fg-map-label",
  halo: "--fg-map-halo",
  part: "--fg-map-part",
  person: "--fg-map-person",
  brand: "--fg-brand",
  surface: "--fg-surface",
  text: "--fg-text",
  line: "--fg-line-strong",
  ended: "--fg-line",
  lampGreen: "--fg-green",
  lampYellow: "--fg-yellow",
  lampRed: "--fg-red",
  lampGrey: "--fg-grey",
  ramp0: "--fg-ramp-0",
  ramp1: "--fg-ramp-1",
  ramp2: "--fg-ramp-2",
  ramp3: "--fg-ramp-3",
  ramp4: "--fg-ramp-4",
} as const;

export type Colours = Record<keyof typeof TOKENS, string>;
export interface Look extends Colours {
  /** Part of the names of drawn images, so that a change of theme never shows those of the other. */
  name: "light" | "dark";
  /** Font families in order, for labels drawn from the device's own fonts. */
  fonts: string[];
}

/** Reads the tokens after the theme's class stands at the document. */
export function readLook(dark: boolean, element: Element = document.documentElement): Look {
  const style = getComputedStyle(element);
  const colours = Object.fromEntries(
    Object.entries(TOKENS).map(([name, token]) => [name, style.getPropertyValue(token).trim()]),
  ) as Colours;
  return { ...colours, name: dark ? "dark" : "light", fonts: fontFamilies(style.getPropertyValue("--fg-font")) };
}

/** A CSS font list as the names in it. */
export function fontFamilies(list: string): string[] {
  return list
    .split(",")
    .map((name) => name.trim().replace(/^["']|["']$/g, ""))
    .filter(Boolean);
}
