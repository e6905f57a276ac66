/** A statement: which figures, of which time, in which form, when and to whom. The form of the page and the body of the API. */
import type { components } from "@shared/api/schema";
import type { Language } from "@/i18n";
import type { Subject } from "../ranking/indicators";
import { TIMES, timeOf, type TimeName } from "./times";

type Out = components["schemas"]["StatementOut"];
export const WHATS = ["summary", "open", "overdue", "turning_red", "bottleneck", "detours", "report", "indicators", "ranking"] as const satisfies readonly Out["what"][];
export type What = (typeof WHATS)[number];
export type Format = Out["format"];
/** How an analysis is told of which time it is: two days, a period of the calendar, or never other than now. */
export type Takes = "span" | "period" | "now";
export const FILTERS = ["area", "unit", "type", "source"] as const;
export type Filter = (typeof FILTERS)[number];

interface Kind {
  takes: Takes;
  path: string;
  formats: readonly Format[];
  groups: readonly string[];
  filters: readonly Filter[];
  /** The file speaks the language that is asked for; else the first one. */
  speaks: boolean;
}
const TABLE = ["xlsx", "csv", "json"] as const;
const GROUND = ["district", "street", "community", "cell", "unit", "type", "class", "source"] as const;
const TIME = ["month", "day", "weekday", "hour"] as const;

export const KINDS: Readonly<Record<What, Kind>> = {
  summary: { takes: "span", path: "/sla/summary", formats: TABLE, groups: [...GROUND, "stage", ...TIME], filters: ["area", "unit"], speaks: true },
  open: { takes: "now", path: "/sla/open", formats: TABLE, groups: [...GROUND, "state", "stage"], filters: FILTERS, speaks: true },
  overdue: { takes: "now", path: "/sla/overdue", formats: TABLE, groups: [], filters: FILTERS, speaks: true },
  turning_red: { takes: "now", path: "/sla/turning-red", formats: TABLE, groups: [], filters: FILTERS, speaks: true },
  bottleneck: { takes: "span", path: "/sla/bottleneck", formats: TABLE, groups: [...GROUND, ...TIME], filters: FILTERS, speaks: true },
  detours: { takes: "span", path: "/sla/detours", formats: TABLE, groups: [...GROUND, ...TIME], filters: FILTERS, speaks: true },
  report: { takes: "span", path: "/sla/report", formats: ["pdf", "xlsx", "json"], groups: [], filters: ["area", "unit"], speaks: true },
  indicators: { takes: "period", path: "/evaluation/indicators", formats: TABLE, groups: [], filters: [], speaks: false },
  ranking: { takes: "period", path: "/evaluation/ranking", formats: TABLE, groups: [], filters: [], speaks: false },
};
export const MOST_GROUPS = 4;
/** Roles that keep statements: who reads all and writes nothing keeps nothing either. */
export const KEEPING = ["operator", "shift_leader", "dispatcher", "supervisor", "admin", "evaluator", "unit_manager"] as const;

export const EVERY = ["day", "week", "month", "quarter"] as const;
export type Schedule = components["schemas"]["ScheduleOut"];
export type Statement = Omit<Out, "what"> & { what: What };

/** What stands in the form. */
export interface Draft {
  name: string;
  what: What;
  time: TimeName | "custom";
  from: string;
  to: string;
  group_by: string[];
  subject: Subject;
  indicator: string[];
  area: string;
  unit: string;
  type: string[];
  source: string[];
  times: boolean;
  hours: number;
  format: Format;
  lang: Language;
  shared: boolean;
  schedule: Schedule | null;
}

export const emptySchedule = (): Schedule => ({ every: "week", at: "08:00", weekday: 1, day: 1, emails: [], webhook: false, active: true });

export function emptyDraft(given: Partial<Draft> = {}): Draft {
  return {
    name: "", what: "summary", time: "last_month", from: "", to: "", group_by: ["district"], subject: "district", indicator: [], area: "", unit: "", type: [], source: [],
    times: false, hours: 24, format: "xlsx", lang: "zh-CN", shared: false, schedule: null, ...given,
  };
}

const words = (value: unknown): string[] => (typeof value === "string" && value ? value.split(",") : []);
const word = (value: unknown): string => (typeof value === "string" ? value : "");

/** The form with what is kept. */
export function draftOf({ name, what, params, format, shared, schedule }: Statement): Draft {
  const own = typeof params.time === "object" && params.time !== null ? (params.time as { from: string; to: string }) : null;
  return emptyDraft({
    name, what, format, shared, schedule: schedule && { ...schedule, weekday: schedule.weekday ?? 1, day: schedule.day ?? 1, emails: [...schedule.emails] },
    time: own ? "custom" : (TIMES.find((one) => one === params.time) ?? "last_month"), from: own?.from ?? "", to: own?.to ?? "",
    group_by: words(params.group_by), subject: (word(params.subject) || "district") as Subject, indicator: words(params.indicator),
    area: word(params.area), unit: word(params.unit), type: words(params.type), source: words(params.source), times: params.times === true, hours: typeof params.hours === "number" ? params.hours : 24, lang: params.lang === "en" ? "en" : "zh-CN",
  });
}

/** The same with another analysis: what that one does not take is dropped, what it needs is there. */
export function withWhat(draft: Draft, what: What): Draft {
  const kind = KINDS[what];
  const time = timeOf(kind.takes).find((one) => one === draft.time) ?? (draft.time === "custom" && kind.takes === "span" ? "custom" : "last_month");
  const subject = what === "ranking" && draft.subject === "city" ? "district" : draft.subject;
  return {
    ...draft, what, time, subject, group_by: draft.group_by.filter((one) => kind.groups.includes(one)), format: kind.formats.includes(draft.format) ? draft.format : kind.formats[0]!,
  };
}

/** The parameters of the analysis without its time and its language. */
function given(draft: Draft): Record<string, string | number | boolean> {
  const { groups, filters } = KINDS[draft.what];
  const found: Record<string, string | number | boolean> = {};
  if (groups.length && draft.group_by.length) found.group_by = draft.group_by.join(",");
  for (const name of filters) {
    const value = [draft[name]].flat().join(",");
    if (value) found[name] = value;
  }
  if (draft.what === "summary" && draft.times) found.times = true;
  if (draft.what === "turning_red") found.hours = draft.hours;
  if (draft.what === "indicators" || draft.what === "ranking") found.subject = draft.subject;
  if (draft.what === "indicators" && draft.indicator.length) found.indicator = draft.indicator.join(",");
  return found;
}

/** What is sent for keeping. */
export function bodyOf(draft: Draft): components["schemas"]["StatementIn"] {
  const { name, what, format, shared, schedule, time, from, to } = draft;
  const when = KINDS[what].takes === "now" ? {} : { time: time === "custom" ? { from, to } : time };
  const spoken = KINDS[what].speaks && draft.lang !== "zh-CN" ? { lang: draft.lang } : {};
  return { name: name.trim(), what, params: { ...given(draft), ...when, ...spoken }, format, shared, schedule: schedule && sentSchedule(schedule) };
}

// Only weeks have a weekday, only months and quarters a day.
function sentSchedule(schedule: Schedule): Schedule {
  const { every, weekday, day } = schedule;
  return { ...schedule, weekday: every === "week" ? weekday : null, day: every === "month" || every === "quarter" ? day : null };
}

/** What the analysis itself is asked for a look before anything is kept; `when` as it takes its time. */
export const askedOf = (draft: Draft, when: Readonly<Record<string, string>>): Record<string, string | number | boolean> => ({ ...given(draft), ...when });

/** The whole report is read as a file; it is no table that could be looked at before. */
export const isPaper = (what: What): boolean => KINDS[what].formats.includes("pdf");

/** What is missing before it can be looked at or kept: a key under `figures.statements.missing`. */
export function missing(draft: Draft): "days" | "order" | null {
  if (KINDS[draft.what].takes === "now" || draft.time !== "custom") return null;
  if (!draft.from || !draft.to) return "days";
  return draft.from > draft.to ? "order" : null;
}
