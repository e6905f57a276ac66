/** To whom a case is given by whom: which action, and which of its inputs names them. */
import type { Action } from "@/case/actions";

export interface Giving {
  role: string;
  action: Action;
  input: "lead_id" | "handler_id" | "inspector_id";
  to: "units" | "handlers" | "inspectors";
}

export const GIVINGS: readonly Giving[] = [
  { role: "dispatcher", action: "dispatch", input: "lead_id", to: "units" },
  { role: "unit_manager", action: "assign", input: "handler_id", to: "handlers" },
  { role: "operator", action: "request_verify", input: "inspector_id", to: "inspectors" },
];

export function givingsOf(roles: ReadonlySet<string>): Giving[] {
  return GIVINGS.filter((giving) => roles.has(giving.role));
}

/** The organisation that answers for the ground of an area: that of the longest code which its code begins with. */
export function territoryOf<T extends { kind: string; code: string }>(organizations: readonly T[], area: string): T | null {
  const found = organizations.filter((one) => one.kind === "territory" && area.startsWith(one.code));
  return found.sort((one, other) => other.code.length - one.code.length)[0] ?? null;
}

/** The kind of what is dragged. */
export const CASE_DRAG = "application/x-fieldgrid-case";
