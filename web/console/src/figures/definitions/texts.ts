/** The texts of a bulletin as fields: one for each place, paragraphs one a line; placeholders stand in braces. */
import type { components } from "@shared/api/schema";
import type { Fault } from "./drafts";

type Schemas = components["schemas"];
export type Template = Schemas["BulletinTemplateOut"];
export type TemplateBody = Schemas["BulletinTemplateIn"];
export interface Field {
  /** `title`, `scores.ranked`, `overall.paragraphs` */
  place: string;
  value: string;
}
type Nested = Record<string, unknown>;

/** The fields in the order in which they stand on the paper. */
export function fieldsOf(template: Template): Field[] {
  const all = template as unknown as Nested;
  return ORDER.flatMap((head) => Object.keys(template.placeholders).filter((place) => place === head || place.startsWith(`${head}.`))).map((place) => {
    const value = place.split(".").reduce<unknown>((found, step) => (found as Nested)[step], all);
    return { place, value: Array.isArray(value) ? value.join("\n") : String(value) };
  });
}
const ORDER = ["letterhead", "issuer", "number", "title", "addressees", "basis", "scores", "overall", "problems", "demands", "copies"] as const;

const lines = (value: string): string[] => value.split("\n").map((line) => line.trim()).filter(Boolean);

/** What is sent; only of fields without faults. */
export function bodyOf(fields: readonly Field[], subjects: TemplateBody["subjects"]): TemplateBody {
  const body: Nested = { subjects };
  for (const { place, value } of fields) {
    const [head, name] = place.split(".") as [string, string | undefined];
    if (name === undefined) body[head] = value.trim();
    else body[head] = { ...(body[head] as Nested | undefined), [name]: name === "paragraphs" ? lines(value) : value.trim() };
  }
  return body as unknown as TemplateBody;
}

/** Placeholders of a text that its place does not know. */
export const unknownIn = (value: string, known: readonly string[]): string[] => [...new Set([...value.matchAll(/\{([^{}]*)\}/g)].map((found) => found[1]!))].filter((name) => !known.includes(name));

export function faultsOfTexts(fields: readonly Field[], subjects: readonly string[], placeholders: Template["placeholders"]): Fault[] {
  const faults = fields.flatMap(({ place, value }): Fault[] => {
    if (!value.trim()) return [{ at: place, key: "text", named: { place } }];
    return unknownIn(value, placeholders[place] ?? []).map((name) => ({ at: place, key: "placeholder", named: { place, name: `{${name}}` } }));
  });
  if (!fields.find(({ place }) => place === "number")?.value.includes("{serial}")) faults.push({ at: "number", key: "serial" });
  if (!subjects.length || subjects.length > 4) faults.push({ at: "subjects", key: "subjects" });
  return faults;
}
