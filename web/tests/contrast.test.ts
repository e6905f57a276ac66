/** Every colour of words can be read on every ground they may stand on. */
import tokensOfCss from "@shared/style/tokens.css?raw";
import { describe, expect, it } from "vitest";

const [light = "", dark = ""] = tokensOfCss.split(":root.dark");
const WORDS = ["text", "text-2", "brand", "brand-strong", "green", "yellow", "red", "grey"];
const GROUNDS = ["bg", "surface", "surface-2", "brand-soft", "green-soft", "yellow-soft", "red-soft", "grey-soft"];

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

describe.each([["light", light], ["dark", dark]])("colours of the %s theme", (_theme, css) => {
  const tokens = new Map([...css.matchAll(/--fg-([\w-]+): (#[0-9a-fA-F]{6});/g)].map(([, name = "", colour = ""]) => [name, colour]));
  it.each(WORDS)("%s is read on every ground", (words) => {
    const poor = GROUNDS.filter((ground) => contrast(tokens.get(words)!, tokens.get(ground)!) < 4.5);
    expect(poor).toEqual([]);
  });
});
