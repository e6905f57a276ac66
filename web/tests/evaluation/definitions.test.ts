import { describe, expect, it } from "vitest";
import { compositeOf, draftOfComposite, faultsOfComposite, faultsOfGrades, faultsOfGroups, faultsOfPublishing, groupOf, membersOf, newPart, weighed, type Composite, type GroupDraft } from "@/figures/definitions/drafts";
import { bodyOf, faultsOfTexts, fieldsOf, unknownIn, type Template } from "@/figures/definitions/texts";
import { contentOf, firstOf, pathOf, SHIPPED } from "@/figures/definitions/versions";

const composite: Composite = {
  minimum_sample: 10,
  parts: [
    { indicator: "dispatched", weight: 0.1, mapping: { kind: "steps", steps: [{ at_least: 0, points: 40 }, { at_least: 10, points: 60 }] } },
    { indicator: "closed_rate", weight: 0.9, mapping: { kind: "linear", zero: 0, full: 1 } },
  ],
};
const faults = (change: (draft: ReturnType<typeof draftOfComposite>) => void) => {
  const draft = draftOfComposite(composite);
  change(draft);
  return faultsOfComposite(draft, "unit").map(({ at, key }) => `${at} ${key}`);
};

describe("a version of before", () => {
  it("is sent again without what is said of it", () => {
    const shown = { name: "scores.unit", version: 1, in_force: false, made_at: "2026-01-01T00:00:00Z", ...composite };
    expect(contentOf(shown)).toEqual(composite);
  });
  it("is there from the one that came with the product on", () => {
    expect([firstOf("scores.unit"), firstOf("bulletins.en")]).toEqual([1, 0]);
    expect(pathOf("scores.unit", 1)).toBe("/api/v1/evaluation/definitions/scores/unit?version=1");
    expect(pathOf("bulletins.en", SHIPPED)).toBe("/api/v1/bulletins/template?language=en&version=0");
    expect(pathOf("grades")).toBe("/api/v1/evaluation/definitions/grades");
  });
});

describe("a score as it is changed", () => {
  it("comes back as it was where nobody changed it", () => {
    expect(compositeOf(draftOfComposite(composite))).toEqual(composite);
    expect(faults(() => undefined)).toEqual([]);
  });
  it("adds weights up exactly while one types", () => {
    expect(weighed(Array.from({ length: 10 }, () => ({ weight: 0.1 })))).toEqual({ sum: 1, off: 0 });
    expect(weighed([{ weight: 0.35 }, { weight: null }])).toEqual({ sum: 0.35, off: -0.65 });
    expect(weighed([{ weight: 0.7 }, { weight: 0.4 }]).off).toBe(0.1);
  });
  it("says what is wrong, and where", () => {
    expect(faults((draft) => (draft.parts[0]!.weight = 0.2))).toEqual(["parts sum"]);
    expect(faults((draft) => (draft.parts[0]!.weight = 0.10001))).toContain("parts/0/weight weight");
    expect(faults((draft) => (draft.parts[0]!.indicator = "missed_rate"))).toEqual(["parts/0/indicator noIndicator"]);
    expect(faults((draft) => (draft.parts[0]!.indicator = "closed_rate"))).toEqual(["parts/1/indicator twice"]);
    expect(faults((draft) => (draft.parts[1]!.full = 0))).toEqual(["parts/1/mapping same"]);
    expect(faults((draft) => draft.parts[0]!.steps.reverse())).toEqual(["parts/0/mapping rising"]);
    expect(faults((draft) => (draft.parts[0]!.steps[0]!.points = null))).toEqual(["parts/0/mapping number"]);
    expect(faults((draft) => { draft.parts.splice(1); draft.parts[0]!.weight = 1; })).toEqual(["parts judges"]);
    expect(faults((draft) => draft.parts.splice(0))).toEqual(["parts noPart"]);
    expect(faults((draft) => draft.parts.push(newPart()))).toEqual(["parts/2/indicator noIndicator", "parts/2/weight weight"]);
    expect(faults((draft) => (draft.minimum_sample = 1.5))).toEqual(["minimum_sample sample"]);
  });
});

describe("grades, groups and publishing", () => {
  it("have grades that fall to 0", () => {
    const [a, e] = [{ code: "A", colour: "green", at_least: 90 }, { code: "E", colour: "black", at_least: 0 }] as const;
    expect(faultsOfGrades([a, e])).toEqual([]);
    expect(faultsOfGrades([e, a]).map(({ key }) => key)).toEqual(["gradeOrder", "gradeLast"]);
    expect(faultsOfGrades([a, { ...e, code: "A" }]).map(({ key }) => key)).toEqual(["code"]);
  });
  it("place a member once", () => {
    const group = (code: string, members: string): GroupDraft => ({ subject: "unit", code, name: "甲", members });
    expect(membersOf("U01, U02\nU01；U03")).toEqual(["U01", "U02", "U03"]);
    expect(groupOf(group("a", "U01\n"))).toEqual({ subject: "unit", code: "a", name: "甲", members: ["U01"] });
    expect(faultsOfGroups([group("a", "U01"), group("b", "U01")])).toEqual([{ at: "groups/1/members", key: "member", named: { code: "U01" } }]);
    expect(faultsOfGroups([group("默认", ""), group("default", "")]).map(({ key }) => key)).toEqual(["emptyCode", "code"]);
  });
  it("count whole days", () => {
    expect([3, 0, 366, 367, -1, 1.5, null].map((days) => faultsOfPublishing({ earliest_days: days }).length)).toEqual([0, 0, 0, 1, 1, 1, 1]);
  });
});

describe("texts of a bulletin", () => {
  const template = {
    language: "zh-CN", version: 0, in_force: true, made_at: null, subjects: ["district"], letterhead: "文件", number: "〔{year}〕{serial}号",
    scores: { heading: "一、得分" }, overall: { heading: "二、总体", paragraphs: ["甲{period}", "乙"] },
    placeholders: { "overall.heading": ["period"], "overall.paragraphs": ["period"], letterhead: ["city"], number: ["year", "serial"], "scores.heading": [] },
  } as unknown as Template;
  it("are fields in the order of the paper, and come back as they were", () => {
    const fields = fieldsOf(template);
    expect(fields.map(({ place }) => place)).toEqual(["letterhead", "number", "scores.heading", "overall.heading", "overall.paragraphs"]);
    expect(bodyOf(fields, ["district"])).toEqual({ subjects: ["district"], letterhead: "文件", number: "〔{year}〕{serial}号", scores: { heading: "一、得分" }, overall: { heading: "二、总体", paragraphs: ["甲{period}", "乙"] } });
  });
  it("hold only the placeholders of their place", () => {
    expect(unknownIn("{period}{luck}{luck}", ["period"])).toEqual(["luck"]);
    const wrong = fieldsOf(template).map((field) => (field.place === "letterhead" ? { ...field, value: "{luck}" } : { ...field, value: field.place === "number" ? "1" : "" }));
    expect(faultsOfTexts(wrong, [], template.placeholders).map(({ key }) => key)).toEqual(["placeholder", "text", "text", "text", "serial", "subjects"]);
  });
});
