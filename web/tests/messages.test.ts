import { describe, expect, it } from "vitest";

type Messages = { [key: string]: string | Messages };
const files = import.meta.glob<Messages>("../console/src/messages/*/*.json", { eager: true, import: "default" });
const sources = import.meta.glob<string>(["../console/src/**/*.vue", "../console/src/**/*.ts"], { eager: true, import: "default", query: "?raw" });

function flat(messages: Messages, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(messages)) {
    if (typeof value === "string") found.set(prefix + key, value);
    else flat(value, `${prefix}${key}.`).forEach((words, name) => found.set(name, words));
  }
  return found;
}
const placeholders = (words: string) => [...words.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

const areas = new Map<string, Record<string, Map<string, string>>>();
for (const [path, content] of Object.entries(files)) {
  const [language, file] = path.split("/").slice(-2) as [string, string];
  const area = file.replace(".json", "");
  areas.set(area, { ...areas.get(area), [language]: flat(content) });
}
const written = Object.values(sources).join("\n");

describe.each([...areas])("words of %s", (area, { "zh-CN": zh, en }) => {
  it("are there in both languages", () => {
    expect([...(en ?? new Map()).keys()].sort()).toEqual([...(zh ?? new Map()).keys()].sort());
  });
  it("are not empty", () => {
    for (const words of [zh, en]) for (const [key, value] of words!) expect(value.trim(), key).not.toBe("");
  });
  it("have the same placeholders", () => {
    for (const [key, value] of zh!) expect(placeholders(en!.get(key) ?? ""), key).toEqual(placeholders(value));
  });
  it("are used", () => {
    expect(new RegExp(`["'\`]${area}\\.`).test(written), `no source asks for ${area}.…`).toBe(true);
  });
});

describe("words that sources ask for", () => {
  it("exist", () => {
    const known = new Set([...areas].flatMap(([area, { "zh-CN": zh }]) => [...zh!.keys()].map((key) => `${area}.${key}`)));
    // Keys that are written out whole; those made of parts are looked at where they are shown.
    const asked = [...written.matchAll(/\b(?:t|words)\(\s*["']([\w.-]+)["']/g)].map((match) => match[1]!);
    expect([...new Set(asked)].filter((key) => !known.has(key))).toEqual([]);
  });
});
