/** The queues of the desk: who works through what, in which order. Every row is a list of cases as the API gives it. */
import type { components } from "@shared/api/schema";
import type { Action, State } from "@/case/actions";

export type Row = components["schemas"]["CaseItemOut"];
export type Lamp = components["schemas"]["Lamp"];
export type Role = components["schemas"]["Role"];
export const SORTS = ["-opened_at", "opened_at", "due_at", "-due_at", "-updated_at", "updated_at"] as const;
export type Sort = (typeof SORTS)[number];
export type Mark = "supervised" | "extension" | "hold" | "appeal" | "returned" | "mine";

export interface QueueFilter {
  state?: readonly State[];
  lamp?: readonly Lamp[];
  mark?: Mark;
}

export interface Queue {
  /** Its words are `desk.queue.<id>`. */
  id: string;
  roles: readonly Role[];
  filter: QueueFilter;
  sort: Sort;
  /** What is usually done to its cases. */
  usual: Action | null;
}

const OPEN: readonly State[] = ["received", "verifying", "to_file", "to_dispatch", "handling", "on_hold", "to_check", "to_close"];

export const QUEUES: readonly Queue[] = [
  { id: "accept", roles: ["operator"], filter: { state: ["received"] }, sort: "-opened_at", usual: "accept" },
  { id: "verified", roles: ["operator"], filter: { state: ["verifying"] }, sort: "due_at", usual: "request_verify" },
  { id: "file", roles: ["shift_leader"], filter: { state: ["to_file"] }, sort: "due_at", usual: "file" },
  { id: "close", roles: ["shift_leader"], filter: { state: ["to_close"] }, sort: "due_at", usual: "close" },
  { id: "extension", roles: ["shift_leader"], filter: { state: ["handling"], mark: "extension" }, sort: "due_at", usual: "decide_extension" },
  { id: "dispatch", roles: ["dispatcher"], filter: { state: ["to_dispatch"] }, sort: "due_at", usual: "dispatch" },
  { id: "returned", roles: ["dispatcher"], filter: { state: ["to_dispatch"], mark: "returned" }, sort: "due_at", usual: "dispatch" },
  { id: "hold", roles: ["dispatcher"], filter: { state: ["handling"], mark: "hold" }, sort: "due_at", usual: "decide_hold" },
  { id: "onHold", roles: ["dispatcher"], filter: { state: ["on_hold"] }, sort: "due_at", usual: "resume" },
  { id: "mine", roles: ["handler"], filter: { state: ["handling"], mark: "mine" }, sort: "due_at", usual: "finish" },
  { id: "handling", roles: ["unit_manager", "handler"], filter: { state: ["handling"] }, sort: "due_at", usual: "assign" },
  { id: "dueSoon", roles: ["unit_manager"], filter: { state: ["handling"], lamp: ["yellow", "red"] }, sort: "due_at", usual: "assign" },
  { id: "checking", roles: ["unit_manager"], filter: { state: ["to_check"] }, sort: "due_at", usual: null },
  { id: "overdue", roles: ["supervisor"], filter: { state: OPEN, lamp: ["red"] }, sort: "due_at", usual: "supervise" },
  { id: "supervised", roles: ["supervisor"], filter: { state: OPEN, mark: "supervised" }, sort: "due_at", usual: null },
  { id: "appeal", roles: ["shift_leader", "supervisor"], filter: { state: ["closed"], mark: "appeal" }, sort: "-updated_at", usual: "decide_appeal" },
  { id: "all", roles: ["admin"], filter: { state: OPEN }, sort: "-opened_at", usual: null },
  { id: "late", roles: ["admin"], filter: { state: OPEN, lamp: ["red"] }, sort: "due_at", usual: null },
];

/** The queues of somebody with these roles, each once, in the order of the table. */
export function queuesOf(roles: ReadonlySet<string>): Queue[] {
  return QUEUES.filter((queue) => queue.roles.some((role) => roles.has(role)));
}

/** The filter as the list of cases takes it. */
export function queryOf(filter: QueueFilter): { state?: string; lamp?: string; mark?: Mark } {
  return {
    ...(filter.state ? { state: filter.state.join(",") } : {}),
    ...(filter.lamp ? { lamp: filter.lamp.join(",") } : {}),
    ...(filter.mark ? { mark: filter.mark } : {}),
  };
}

/** Whether a case still belongs to a queue, as far as its row tells; `marked` where the queue asks for a mark. */
export function belongs(row: { state: State; supervised: boolean }, filter: QueueFilter, lamp: Lamp | null, marked: boolean): boolean {
  if (filter.state && !filter.state.includes(row.state)) return false;
  if (filter.lamp && (lamp === null || !filter.lamp.includes(lamp))) return false;
  return filter.mark === undefined || marked;
}

interface Facts {
  pending: { [key: string]: unknown } | null;
  appeal: string | null;
  supervised: boolean;
  returns: number;
  handler: { id: string } | null;
}

/** Whether a whole case bears a mark. */
export function bears(mark: Mark, facts: Facts, me: string): boolean {
  switch (mark) {
    case "supervised":
      return facts.supervised;
    case "extension":
    case "hold":
      return facts.pending?.kind === mark;
    case "appeal":
      return facts.appeal === "open";
    case "returned":
      return facts.returns > 0;
    case "mine":
      return facts.handler?.id === me;
  }
}

/** How many wait in a queue, where counts by state and lamp say so; null where they cannot. */
export function countOf(filter: QueueFilter, counts: readonly components["schemas"]["StateCountOut"][]): number | null {
  if (filter.mark || !filter.state) return null;
  const found = counts.filter((count) => filter.state!.includes(count.state));
  if (found.length < filter.state.length) return null;
  return found.reduce((sum, count) => sum + (filter.lamp ? filter.lamp.reduce((part, lamp) => part + count[lamp], 0) : count.open), 0);
}
