import { describe, expect, it } from "vitest";
import { check, faultsOf } from "@/case/form/check";
import { arranged, fieldsOf, sent, wanted, type Schema } from "@/case/form/model";
import en from "../../console/src/messages/en/case.json";
import zh from "../../console/src/messages/zh-CN/case.json";
import found from "./schemas.json";

const schemas = found as unknown as Record<string, Schema>;
const words: { field: Record<string, string>; who: Record<string, string> }[] = [zh, en];

describe("a form out of a schema", () => {
  it.each(Object.keys(schemas))("%s: every input has a field with a name in both languages", (action) => {
    const schema = schemas[action]!;
    const fields = fieldsOf(schema);
    expect(fields.map((field) => field.name).sort()).toEqual(Object.keys(schema.properties!).sort());
    for (const { field, who } of words) {
      for (const one of fields) expect(field[one.name], one.name).toBeTruthy();
      expect(who[action]).toBeTruthy();
    }
    const { shown, more } = arranged(schema, {});
    expect(shown.length + more.length).toBe(fields.length);
    for (const name of schema.required ?? []) expect(shown.map((field) => field.name)).toContain(name);
  });

  it("knows what each input is", () => {
    const control = (action: string, name: string) => fieldsOf(schemas[action]!).find((field) => field.name === name)?.control;
    expect(control("accept", "type")).toBe("type");
    expect(control("accept", "condition_id")).toBe("condition");
    expect(control("dispatch", "lead_id")).toBe("organization");
    expect(control("dispatch", "helper_ids")).toBe("organizations");
    expect(control("request_extension", "limit")).toBe("number");
    expect(control("request_extension", "unit")).toBe("choice");
    expect(control("request_hold", "until")).toBe("date");
    expect(control("supervise", "due_at")).toBe("instant");
    expect(control("decide_hold", "granted")).toBe("yes-no");
    expect(control("rate", "score")).toBe("score");
    expect(control("merge", "into")).toBe("case");
    expect(control("finish", "text")).toBe("text");
    expect(fieldsOf(schemas.assign!)[0]).toMatchObject({ control: "person", role: "handler" });
  });

  it("asks for a reason only where one is wanted: a failed check, not a passed one", () => {
    expect(wanted(schemas.check!, { verdict: "failed" }).has("reason")).toBe(true);
    expect(wanted(schemas.check!, { verdict: "passed" }).has("reason")).toBe(false);
    expect(wanted(schemas.check!, {}).has("reason")).toBe(false);
  });

  it("sends nothing that is empty", () => {
    expect(sent({ reason: "  ", text: " 好 ", photo_ids: [], lead_id: null, granted: false, score: 0 })).toEqual({ text: "好", granted: false, score: 0 });
  });
});

describe("what is wrong is said while one types", () => {
  it("by the input it is about", () => {
    expect(check(schemas.finish!, {})).toEqual({ text: { key: "case.form.wanted" }, photo_ids: { key: "case.form.wanted" } });
    expect(check(schemas.finish!, { text: "已清理", photo_ids: [crypto.randomUUID()] })).toEqual({});
    expect(check(schemas.request_extension!, { limit: 0, unit: "working_day" }).limit).toMatchObject({ key: "case.form.tooSmall" });
    expect(check(schemas.merge!, { into: "1234" }).into).toMatchObject({ key: "case.form.malformed" });
    expect(check(schemas.reject!, { reason: "长".repeat(4001) }).reason).toMatchObject({ key: "case.form.tooLong", named: { most: 4000 } });
    expect(check(schemas.check!, { verdict: "failed", photo_ids: [crypto.randomUUID()], position: { lon: 121, lat: 31 } })).toEqual({ reason: { key: "case.form.wanted" } });
  });
  it("an empty form that needs nothing can be sent", () => {
    expect(check(schemas.dispatch!, {})).toEqual({});
    expect(check(schemas.close!, {})).toEqual({});
  });
  it("and so is what the server points at; the rest stays with the problem", () => {
    const problem = { type: "/problems/fact-missing", title: "missing", status: 422, errors: [{ pointer: "/photo_ids/0", detail: "new one" }, { pointer: "/nothing", detail: "else" }] };
    expect(faultsOf(problem, schemas.finish!)).toEqual({ photo_ids: { detail: "new one" } });
    expect(faultsOf({ ...problem, missing: ["after_photo", "auto"] }, schemas.finish!)).toEqual({ photo_ids: { key: "case.fact.after_photo" } });
  });
});
