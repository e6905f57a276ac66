/** The record of changes in words: what was done to what, and what became of each member. */
import { exact, type Words } from "@shared/time/time";

/** Kinds of things and what is done to them; a test compares it with the server's. */
export const DEEDS: Readonly<Record<string, readonly string[]>> = {
  base_layer: ["import", "clear"],
  calendar: ["change", "correct", "drop_correction"],
  case: ["export"],
  condition: ["add", "change", "retire"],
  deadlines: ["start", "recalculate"],
  document_kind: ["change"],
  duty_terms: ["change"],
  duty_zone: ["put", "people", "retire"],
  grant: ["add", "change", "end", "follow"],
  grid: ["import"],
  message_template: ["put", "drop"],
  organization: ["create", "change", "close"],
  part: ["create", "change", "retire", "import"],
  part_owner: ["create", "change", "end"],
  part_owners: ["import"],
  part_proposal: ["accepted", "refused"],
  reminder_ladder: ["change"],
  routing_rule: ["create", "retire"],
  shopfront_contracts: ["import"],
  source: ["change"],
  stage_limit: ["change"],
  type: ["create", "change"],
  user: ["create", "change", "disable", "enable", "make_link", "reset_password", "change_password"],
  webhook: ["register", "end"],
};

/** How to say things: words of keys where there are any, and names of what is known by id or code. */
export interface Say extends Words {
  t: (key: string, named?: Record<string, unknown>) => string;
  has: (key: string) => boolean;
  /** The name of an organisation or a person by id, of an organisation by code; null where nobody knows it. */
  name: (key: string) => string | null;
}

const either = (say: Say, key: string, otherwise: string) => (say.has(key) ? say.t(key) : otherwise);
export const thingOf = (kind: string, say: Say): string => either(say, `admin.changes.thing.${kind}`, kind);
export function deedOf(action: string, say: Say): string {
  const [kind = "", deed = ""] = action.split(".");
  return `${thingOf(kind, say)} · ${either(say, `admin.changes.deed.${deed}`, deed)}`;
}

/** Words of values that stand for something: where a member has such, by its name. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  role: ["terms.role"], entered_by: ["terms.role"], issuers: ["terms.role"], kind: ["terms.organization", "terms.kind"], stage: ["terms.stage"], unit: ["terms.unit"], limit_unit: ["terms.unit"],
  state: ["terms.partState", "terms.proposalState"], target: ["terms.target"], level: ["terms.level"], ground: ["terms.level"], source: ["terms.source"], reply: ["terms.reply"], mode: ["admin.changes.mode"],
};
const SUBJECTS: Readonly<Record<string, string>> = { stage_limit: "terms.stage", source: "terms.source", base_layer: "map.layer" };
const WHOLE: Readonly<Record<string, string>> = { all: "admin.changes.whole", areas: "admin.changes.whole", city: "admin.changes.city" };
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SOME = 5;

export function subjectOf(subject: string, say: Say): string {
  const at = subject.indexOf(":");
  const [kind, rest] = [subject.slice(0, at), subject.slice(at + 1)];
  const thing = thingOf(kind, say);
  if (WHOLE[rest]) return `${thing} · ${say.t(WHOLE[rest])}`;
  const named = say.name(rest);
  if (named) return `${thing} ${named}${ID.test(rest) ? "" : ` (${rest})`}`;
  const words = SUBJECTS[kind] ? either(say, `${SUBJECTS[kind]}.${rest}`, rest) : rest;
  // An id that nobody has a name for says more by its beginning than by all of it.
  return `${thing} ${ID.test(words) ? `${words.slice(0, 8)}…` : words.replaceAll("|", " ")}`;
}

function valueOf(member: string, value: unknown, say: Say): string {
  if (value === null || value === undefined || value === "") return "—";
  if (typeof value === "boolean") return say.t(value ? "admin.changes.yes" : "admin.changes.no");
  if (Array.isArray(value)) return listOf(member, value, say);
  if (typeof value === "object") return Object.entries(value).map(([name, one]) => said(name, one, say)).join(say.t("terms.connector.list"));
  const text = String(value);
  const words = VALUES[member]?.map((key) => `${key}.${text}`).find((key) => say.has(key));
  if (words) return say.t(words);
  if (INSTANT.test(text)) return exact(text, say);
  return ID.test(text) ? (say.name(text) ?? `${text.slice(0, 8)}…`) : text;
}

function listOf(member: string, values: readonly unknown[], say: Say): string {
  if (!values.length) return "—";
  const some = values.slice(0, SOME).map((one) => valueOf(member, one, say)).join(say.t("terms.connector.list"));
  return values.length > SOME ? say.t("admin.changes.among", { some, n: values.length }) : some;
}

const fieldOf = (member: string, say: Say) => either(say, `admin.changes.field.${member}`, member);
const said = (member: string, value: unknown, say: Say) => say.t("admin.changes.is", { name: fieldOf(member, say), value: valueOf(member, value, say) });
const record = (value: unknown): Record<string, unknown> | null => (value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : null);

/** Lines that say what changed: members that became something else, what was added and removed, and the rest as it is. */
export function linesOf(detail: unknown, say: Say): string[] {
  const { before, after, ...rest } = record(detail) ?? {};
  return [...sides(record(before), record(after), say), ...Object.entries(rest).map(([name, value]) => movedOf(name, value, say))];
}

function sides(before: Record<string, unknown> | null, after: Record<string, unknown> | null, say: Say): string[] {
  if (!before || !after) return Object.entries(after ?? before ?? {}).map(([name, value]) => (after ? said(name, value, say) : became(name, value, null, say)));
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.filter((name) => JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null)).map((name) => became(name, before[name], after[name], say));
}
const became = (name: string, before: unknown, after: unknown, say: Say) =>
  say.t("admin.changes.became", { name: fieldOf(name, say), before: valueOf(name, before, say), after: valueOf(name, after, say) });

function movedOf(name: string, value: unknown, say: Say): string {
  const moved = record(value);
  if (!moved || !Array.isArray(moved.added) || !Array.isArray(moved.removed)) return said(name, value, say);
  const parts = (["added", "removed"] as const).flatMap((side) => {
    const of = moved[side] as unknown[];
    return of.length ? [say.t(side === "added" ? "admin.changes.plus" : "admin.changes.minus", { n: of.length, what: listOf(name, of, say) })] : [];
  });
  return say.t("admin.changes.is", { name: fieldOf(name, say), value: parts.join(say.t("terms.connector.list")) || "—" });
}
