/** What is wrong with the inputs of an action, said as one types. */
import { Validator, type Schema as JsonSchema } from "@cfworker/json-schema";
import type { Problem } from "@shared/api/problem";
import { sent, wanted, type Schema, type Values } from "./model";

/** A message key and what it names; `detail` where the server said it in its own words. */
export interface Fault {
  key?: string;
  named?: Record<string, unknown>;
  detail?: string;
}
export type Faults = Record<string, Fault>;

const BY_KEYWORD: Record<string, string> = {
  maxLength: "case.form.tooLong",
  minItems: "case.form.tooFew",
  maxItems: "case.form.tooMany",
  exclusiveMinimum: "case.form.tooSmall",
  minimum: "case.form.tooSmall",
  maximum: "case.form.tooLarge",
};

/** Faults by the name of the input; empty where it can be sent. */
export function check(schema: Schema, values: Values): Faults {
  const given = sent(values);
  const faults: Faults = {};
  for (const name of wanted(schema, given)) if (!(name in given)) faults[name] = { key: "case.form.wanted" };
  const result = new Validator(schema as JsonSchema, "2020-12", false).validate(given);
  for (const { keyword, instanceLocation } of result.errors) {
    const name = instanceLocation.split("/")[1];
    if (!name || name in faults || keyword === "properties") continue;
    const own = schema.properties?.[name];
    const most = own?.maxLength ?? own?.maxItems ?? own?.maximum;
    const least = own?.minItems ?? own?.minimum ?? own?.exclusiveMinimum;
    faults[name] = { key: BY_KEYWORD[keyword] ?? "case.form.malformed", named: { most, least } };
  }
  return faults;
}

/** The input that brings a fact of the workflow. */
const INPUT_OF: Record<string, string> = {
  type: "type", other_type: "type", condition: "condition_id", reason: "reason", text: "text", photo: "photo_ids", before_photo: "photo_ids", after_photo: "photo_ids",
  position: "position", position_near: "position", verdict: "verdict", granted: "granted", score: "score", inspector: "inspector_id", handler: "handler_id", owner: "lead_id",
  open_case_target: "into", limit: "limit", until: "until",
};

/** The server's own faults by the input they point at; what points at none of them is left to the problem itself. */
export function faultsOf(problem: Problem, schema: Schema): Faults {
  const faults: Faults = {};
  for (const fact of Array.isArray(problem.missing) ? problem.missing : []) {
    const name = INPUT_OF[String(fact)];
    if (name && name in (schema.properties ?? {})) faults[name] ??= { key: `case.fact.${String(fact)}` };
  }
  for (const { pointer, detail } of problem.errors ?? []) {
    const name = pointer.split("/")[1] ?? "";
    if (name in (schema.properties ?? {})) faults[name] ??= { detail };
  }
  return faults;
}
