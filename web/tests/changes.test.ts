import { describe, expect, it } from "vitest";
import { DEEDS, deedOf, linesOf, subjectOf, type Say } from "@/admin/changes";
import admin from "../console/src/messages/zh-CN/admin.json";
import terms from "../console/src/messages/zh-CN/terms.json";

const U01 = "01a202a8-b5ed-70bc-ac1b-7d5186110066";
function look(key: string): string | null {
  const found = key.split(".").reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], { admin, terms });
  return typeof found === "string" ? found : null;
}
const say: Say = {
  language: "zh-CN",
  zone: "Asia/Shanghai",
  t: (key, named = {}) => (look(key) ?? key).replace(/\{(\w+)\}/g, (_, name: string) => String(named[name])),
  has: (key) => look(key) !== null,
  name: (key) => (key === U01 || key === "U01" ? "环卫所" : null),
};

describe("the record of changes in words", () => {
  it("has words for every deed", () => {
    for (const [kind, deeds] of Object.entries(DEEDS)) for (const deed of deeds) expect(deedOf(`${kind}.${deed}`, say)).not.toMatch(/[a-z_]/);
    expect(deedOf("kite.fly", say)).toBe("kite · fly");
  });
  it("names what was changed", () => {
    expect(subjectOf("organization:U01", say)).toBe("机构 环卫所 (U01)");
    expect(subjectOf(`user:${U01}`, say)).toBe("人员 环卫所");
    expect(subjectOf("grid:areas", say)).toBe("网格 · 全部");
    expect(subjectOf("stage_limit:handling", say)).toBe("环节时限 处置");
    expect(subjectOf("routing_rule:60fae62c-b165-51ad-828f-0b4e59c0ef22", say)).toBe("责任规则 60fae62c…");
    expect(subjectOf("type:GB/T 30428.2-2013|part|0598", say)).toBe("类别 GB/T 30428.2-2013 part 0598");
  });
  it("says what members became, and nothing of those that stayed", () => {
    const before = { name: "旧名", kind: "unit", parent_id: U01, area_code: null };
    expect(linesOf({ before, after: { ...before, name: "新名" } }, say)).toEqual(["名称：旧名 → 新名"]);
    expect(linesOf({ after: { role: "unit_manager", organization_id: U01, valid_to: null, auto: false } }, say)).toEqual(["岗位：责任单位负责人", "机构：环卫所", "至：—", "自动派遣：否"]);
    expect(linesOf({ before: { state: "intact" } }, say)).toEqual(["状态：完好 → —"]);
  });
  it("says what came and went, a few of many by name", () => {
    expect(linesOf({ after: { name: "一号" }, cells: { added: ["1", "2", "3", "4", "5", "6"], removed: [] } }, say)).toEqual(["名称：一号", "单元网格：新增 6：1、2、3、4、5 等 6 项"]);
    expect(linesOf({}, say)).toEqual([]);
  });
});
