/** Definitions as one types them: numbers may be missing for a moment, and what is wrong is said at its place. */
import type { components } from "@shared/api/schema";
import { INDICATORS, indicatorsOf, type Subject } from "../ranking/indicators";

type Schemas = components["schemas"];
export type Composite = Pick<Schemas["CompositeOut"], "parts" | "minimum_sample">;
export type Grade = Schemas["GradeBody"];
export type Group = Schemas["GroupBody"];
type Shown = NonNullable<Schemas["PublicityBody"]["subjects"]>[number];
export interface Publishing {
  earliest_days: number;
  public: { subjects: Shown[]; since: string | null };
}
export type Version = Schemas["DefinitionOut"];

/** A number as it is typed; null: not yet, or none. */
type Typed = number | null;
export interface PartDraft {
  indicator: string;
  weight: Typed;
  kind: "linear" | "steps";
  zero: Typed;
  full: Typed;
  steps: { at_least: Typed; points: Typed }[];
}
export interface CompositeDraft {
  parts: PartDraft[];
  minimum_sample: Typed;
}
export interface GradeDraft {
  code: string;
  colour: Grade["colour"];
  at_least: Typed;
}
export interface GroupDraft {
  subject: Subject;
  code: string;
  name: string;
  /** One code a line. */
  members: string;
}

/** What is wrong: the key of its words and where (`parts/0/weight`). */
export interface Fault {
  at: string;
  key: string;
  named?: Record<string, string>;
}

/** Weights have four places: they are added up as whole ten-thousandths, so that the sum is exact. */
const PLACES = 10_000;
const whole = (weight: Typed): number => Math.round((weight ?? 0) * PLACES);
/** What weights make together, as a share of 1, and how far that is from all of it (above 0: too much). */
export function weighed(parts: readonly { weight: Typed }[]): { sum: number; off: number } {
  const sum = parts.reduce((total, part) => total + whole(part.weight), 0);
  return { sum: sum / PLACES, off: (sum - PLACES) / PLACES };
}

export function draftOfComposite({ parts, minimum_sample }: Composite): CompositeDraft {
  return {
    minimum_sample,
    parts: parts.map(({ indicator, weight, mapping }) => ({
      indicator, weight, kind: mapping.kind,
      zero: mapping.kind === "linear" ? mapping.zero : 0, full: mapping.kind === "linear" ? mapping.full : 1,
      steps: mapping.kind === "steps" ? mapping.steps.map((step) => ({ ...step })) : [{ at_least: 0, points: 0 }],
    })),
  };
}
export const newPart = (): PartDraft => ({ indicator: "", weight: null, kind: "linear", zero: 0, full: 1, steps: [{ at_least: 0, points: 0 }] });

/** What is sent; only of a draft without faults. */
export function compositeOf(draft: CompositeDraft): Composite {
  return {
    minimum_sample: draft.minimum_sample!,
    parts: draft.parts.map(({ indicator, weight, kind, zero, full, steps }) => ({
      indicator, weight: whole(weight) / PLACES,
      mapping: kind === "linear" ? { kind, zero: zero!, full: full! } : { kind, steps: steps.map((step) => ({ at_least: step.at_least!, points: step.points! })) },
    })),
  };
}

const isNumber = (value: Typed): value is number => value !== null && Number.isFinite(value);

function faultsOfPart(part: PartDraft, at: string, subject: Subject): Fault[] {
  const faults: Fault[] = [];
  if (!indicatorsOf(subject).includes(part.indicator)) faults.push({ at: `${at}/indicator`, key: "noIndicator" });
  const { weight } = part;
  if (!isNumber(weight) || weight <= 0 || weight > 1 || Math.abs(weight * PLACES - Math.round(weight * PLACES)) > 1e-6) faults.push({ at: `${at}/weight`, key: "weight" });
  if (part.kind === "linear") {
    if (!isNumber(part.zero) || !isNumber(part.full)) faults.push({ at: `${at}/mapping`, key: "number" });
    else if (part.zero === part.full) faults.push({ at: `${at}/mapping`, key: "same" });
    return faults;
  }
  const numbers = part.steps.every((step) => isNumber(step.at_least) && isNumber(step.points) && step.points >= 0 && step.points <= 100);
  const rising = part.steps.every((step, place) => place === 0 || (step.at_least! > part.steps[place - 1]!.at_least! && step.points! >= part.steps[place - 1]!.points!));
  if (!numbers || !part.steps.length) faults.push({ at: `${at}/mapping`, key: "number" });
  else if (!rising) faults.push({ at: `${at}/mapping`, key: "rising" });
  return faults;
}

export function faultsOfComposite(draft: CompositeDraft, subject: Subject): Fault[] {
  const faults = draft.parts.flatMap((part, place) => faultsOfPart(part, `parts/${place}`, subject));
  draft.parts.forEach(({ indicator }, place) => {
    if (indicator && draft.parts.findIndex((one) => one.indicator === indicator) < place) faults.push({ at: `parts/${place}/indicator`, key: "twice" });
  });
  if (!draft.parts.length) faults.push({ at: "parts", key: "noPart" });
  else if (weighed(draft.parts).off !== 0) faults.push({ at: "parts", key: "sum" });
  if (draft.parts.length && !draft.parts.some(({ indicator }) => INDICATORS[indicator] && INDICATORS[indicator].form !== "count")) faults.push({ at: "parts", key: "judges" });
  const { minimum_sample: sample } = draft;
  if (!isNumber(sample) || sample < 0 || !Number.isInteger(sample)) faults.push({ at: "minimum_sample", key: "sample" });
  return faults;
}

export function faultsOfGrades(grades: readonly GradeDraft[]): Fault[] {
  const faults: Fault[] = [];
  grades.forEach(({ code, at_least: least }, place) => {
    if (!code.trim()) faults.push({ at: `grades/${place}/code`, key: "name" });
    else if (grades.findIndex((one) => one.code === code) < place) faults.push({ at: `grades/${place}/code`, key: "code" });
    if (!isNumber(least)) faults.push({ at: `grades/${place}/at_least`, key: "number" });
    else if (place && least >= (grades[place - 1]!.at_least ?? 101)) faults.push({ at: `grades/${place}/at_least`, key: "gradeOrder" });
  });
  if (grades[grades.length - 1]?.at_least !== 0) faults.push({ at: `grades/${grades.length - 1}/at_least`, key: "gradeLast" });
  return faults;
}

const GROUP_CODE = /^[a-z0-9_-]{1,40}$/;
export const membersOf = (text: string): string[] => [...new Set(text.split(/[\s,，、;；]+/).filter(Boolean))];
export const draftOfGroup = ({ subject, code, name, members }: Group): GroupDraft => ({ subject, code, name, members: members.join("\n") });
export const groupOf = ({ subject, code, name, members }: GroupDraft): Group => ({ subject, code, name: name.trim(), members: membersOf(members) });

export function faultsOfGroups(groups: readonly GroupDraft[]): Fault[] {
  const faults: Fault[] = [];
  const placed = new Map<string, number>();
  groups.forEach((group, place) => {
    if (!GROUP_CODE.test(group.code)) faults.push({ at: `groups/${place}/code`, key: "emptyCode" });
    else if (group.code === "default" || groups.findIndex((one) => one.subject === group.subject && one.code === group.code) < place) faults.push({ at: `groups/${place}/code`, key: "code" });
    if (!group.name.trim()) faults.push({ at: `groups/${place}/name`, key: "name" });
    for (const member of membersOf(group.members)) {
      const key = `${group.subject} ${member}`;
      if (placed.has(key)) faults.push({ at: `groups/${place}/members`, key: "member", named: { code: member } });
      else placed.set(key, place);
    }
  });
  return faults;
}

export const faultsOfPublishing = ({ earliest_days: days }: { earliest_days: Typed }): Fault[] => (isNumber(days) && Number.isInteger(days) && days >= 0 && days <= 366 ? [] : [{ at: "earliest_days", key: "days" }]);
