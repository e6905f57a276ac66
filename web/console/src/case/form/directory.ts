/** Organisations and people to choose from. */
import { api } from "@shared/api/client";
import type { components } from "@shared/api/schema";

export type Organization = components["schemas"]["ListedOrganizationOut"];
export type Person = components["schemas"]["ListedUserOut"];
const PAGE = 500;

let asked: Promise<Organization[]> | null = null;

/** All organisations, read once. Raises: Refused. */
export function organizations(): Promise<Organization[]> {
  asked ??= allOrganizations().catch((error: unknown) => {
    asked = null;
    throw error;
  });
  return asked;
}

async function allOrganizations(): Promise<Organization[]> {
  const found: Organization[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { limit: PAGE, ...(cursor ? { cursor } : {}) };
    const page: { items: Organization[]; next_cursor: string | null } = (await api.GET("/api/v1/organizations", { params: { query } })).data!;
    found.push(...page.items);
    cursor = page.next_cursor;
  }
  return found;
}

/** Raises: Refused. */
export async function people(role: Person["roles"][number], organization: string | null): Promise<Person[]> {
  const query = { role, limit: PAGE, ...(organization ? { organization } : {}) };
  return (await api.GET("/api/v1/users", { params: { query } })).data!.items;
}

const KINDS = ["unit", "department", "territory"] as const;

export function byKind(found: readonly Organization[]): { kind: (typeof KINDS)[number]; items: Organization[] }[] {
  return KINDS.map((kind) => ({ kind, items: found.filter((one) => one.kind === kind) })).filter((group) => group.items.length);
}
