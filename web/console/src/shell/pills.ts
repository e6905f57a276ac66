/** What stands in the top bar for whom: counts of open cases that are somebody's next step. */
import type { components } from "@shared/api/schema";

export type Counts = components["schemas"]["CountsOut"];
export interface Pill {
  name: string;
  count: number;
  query: Record<string, string>;
  late?: boolean;
}

const OF_DESK = ["received", "to_file", "to_dispatch"] as const;
const OF_UNIT = ["handling", "on_hold"] as const;
const OF_OTHERS = ["handling", "to_check", "to_close"] as const;

function statesFor(has: (...roles: string[]) => boolean): readonly string[] {
  if (has("operator", "shift_leader", "dispatcher", "supervisor", "admin")) return OF_DESK;
  return has("unit_manager", "handler") ? OF_UNIT : OF_OTHERS;
}

export function pillsOf(counts: Counts, has: (...roles: string[]) => boolean): Pill[] {
  const open = new Map<string, number>(counts.items.map((item) => [item.state, item.open]));
  const pills: Pill[] = statesFor(has).map((state) => ({ name: `terms.state.${state}`, count: open.get(state) ?? 0, query: { state } }));
  return [...pills, { name: "shell.overdue", count: counts.overdue, query: { lamp: "red", sort: "due_at" }, late: true }];
}
