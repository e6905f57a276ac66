/** A form out of an action's JSON Schema: which control each input has, and which are wanted now. */

export interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  default?: unknown;
  additionalProperties?: boolean;
  allOf?: { if?: Schema; then?: Schema }[];
}

export type Control =
  | "type"
  | "condition"
  | "organization"
  | "organizations"
  | "person"
  | "case"
  | "choice"
  | "yes-no"
  | "score"
  | "number"
  | "date"
  | "instant"
  | "photos"
  | "position"
  | "text";

export interface Field {
  name: string;
  control: Control;
  schema: Schema;
  /** Role of the people to choose from. */
  role?: "inspector" | "handler";
}

export type Values = Record<string, unknown>;

/** Every action takes these; where nothing wants them they stand behind "more". */
export const COMMON = ["reason", "photo_ids", "position"] as const;

const BY_NAME: Record<string, Pick<Field, "control" | "role">> = {
  type: { control: "type" },
  condition_id: { control: "condition" },
  lead_id: { control: "organization" },
  helper_ids: { control: "organizations" },
  inspector_id: { control: "person", role: "inspector" },
  handler_id: { control: "person", role: "handler" },
  into: { control: "case" },
  photo_ids: { control: "photos" },
  position: { control: "position" },
};

export function controlOf(name: string, schema: Schema): Pick<Field, "control" | "role"> {
  const known = BY_NAME[name];
  if (known) return known;
  if (schema.enum) return { control: "choice" };
  if (schema.type === "boolean") return { control: "yes-no" };
  if (schema.type === "integer" && schema.maximum !== undefined && schema.maximum <= 10) return { control: "score" };
  if (schema.type === "number" || schema.type === "integer") return { control: "number" };
  if (schema.format === "date") return { control: "date" };
  if (schema.format === "date-time") return { control: "instant" };
  return { control: "text" };
}

/** The fields of a form: its own inputs in the order of the schema, then what every action takes. */
export function fieldsOf(schema: Schema): Field[] {
  const names = Object.keys(schema.properties ?? {});
  const rank = (name: string) => (COMMON as readonly string[]).indexOf(name);
  return names
    .map((name) => ({ name, schema: schema.properties![name]!, ...controlOf(name, schema.properties![name]!) }))
    .sort((one, other) => rank(one.name) - rank(other.name));
}

/** What has to be filled in with the values as they are: a failed check needs a reason, a passed one does not. */
export function wanted(schema: Schema, values: Values): ReadonlySet<string> {
  const names = new Set(schema.required ?? []);
  for (const { if: condition, then } of schema.allOf ?? []) {
    const holds = Object.entries(condition?.properties ?? {}).every(([name, { const: value }]) => values[name] === value);
    if (condition && holds) then?.required?.forEach((name) => names.add(name));
  }
  return names;
}

/** Fields that stand at once, and those behind "more". What is filled in already always stands. */
export function arranged(schema: Schema, values: Values): { shown: Field[]; more: Field[] } {
  const needed = wanted(schema, values);
  const common = new Set<string>(COMMON);
  const fields = fieldsOf(schema);
  const stands = (field: Field) => needed.has(field.name) || !common.has(field.name) || field.name === "reason";
  return { shown: fields.filter(stands), more: fields.filter((field) => !stands(field)) };
}

/** What is sent: nothing that is empty, text without spaces around it. */
export function sent(values: Values): Values {
  const found: Values = {};
  for (const [name, value] of Object.entries(values)) {
    const plain = typeof value === "string" ? value.trim() : value;
    if (plain === undefined || plain === null || plain === "" || (Array.isArray(plain) && !plain.length)) continue;
    found[name] = plain;
  }
  return found;
}
