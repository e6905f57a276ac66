/** People and their grants, one at a time; every change carries the version that was looked at. */
import { api, idempotencyKey } from "@shared/api/client";
import type { components } from "@shared/api/schema";
import { all } from "@/cases/names";

export type Listed = components["schemas"]["ListedUserOut"];
export type Person = components["schemas"]["UserOut"];
export type Role = components["schemas"]["Role"];
export interface Held {
  person: Person;
  version: string;
}
export const ROLES = ["inspector", "operator", "shift_leader", "dispatcher", "handler", "unit_manager", "supervisor", "evaluator", "auditor", "admin"] as const satisfies readonly Role[];

/** Raises: Refused; so do all of these. */
export async function listPeople(role: Role | "", organization: string): Promise<Listed[]> {
  const query = { role: role || undefined, organization: organization || undefined, limit: 500 };
  return await all(async (cursor) => (await api.GET("/api/v1/users", { params: { query: { ...query, cursor } as never } })).data!);
}

export async function readPerson(id: string): Promise<Held> {
  const { data, response } = await api.GET("/api/v1/users/{user_id}", { params: { path: { user_id: id } } });
  return { person: data!, version: response.headers.get("etag") ?? "*" };
}

const headers = (version: string) => ({ "Idempotency-Key": idempotencyKey(), "If-Match": version });

export async function createPerson(username: string, name: string, organization: string): Promise<string> {
  const body = { username, name, organization_id: organization };
  return (await api.POST("/api/v1/users", { body: body as never, headers: { "Idempotency-Key": idempotencyKey() } })).data!.id;
}

export async function changePerson({ person, version }: Held, name: string, organization: string): Promise<void> {
  await api.PATCH("/api/v1/users/{user_id}", { params: { path: { user_id: person.id }, header: headers(version) }, body: { name, organization_id: organization } });
}

/** The cases that they leave open, for others to take. */
export async function disablePerson({ person, version }: Held): Promise<string[]> {
  return (await api.POST("/api/v1/users/{user_id}/disable", { params: { path: { user_id: person.id }, header: headers(version) } })).data!.left_open;
}

export async function enablePerson({ person, version }: Held): Promise<void> {
  await api.POST("/api/v1/users/{user_id}/enable", { params: { path: { user_id: person.id }, header: headers(version) } });
}

export interface NewGrant {
  role: Role;
  organization_id: string;
  area_code: string;
}
export async function addGrant({ person }: Held, grant: NewGrant): Promise<void> {
  const body = { role: grant.role, organization_id: grant.organization_id, ...(grant.area_code ? { area_code: grant.area_code } : {}) };
  await api.POST("/api/v1/users/{user_id}/grants", { params: { path: { user_id: person.id } }, body: body as never, headers: { "Idempotency-Key": idempotencyKey() } });
}

export async function endGrant({ person, version }: Held, grant: string): Promise<string[]> {
  return (await api.POST("/api/v1/users/{user_id}/grants/{grant_id}/end", { params: { path: { user_id: person.id, grant_id: grant }, header: headers(version) } })).data!.left_open;
}

export async function makeLink(id: string): Promise<components["schemas"]["LinkOut"]> {
  return (await api.POST("/api/v1/users/{user_id}/one-time-link", { params: { path: { user_id: id } } })).data!;
}
