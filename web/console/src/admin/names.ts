/** Names of organisations and people for records that have their ids only. They are a help, not a need. */
import { computed, shallowRef } from "vue";
import { loadOrganizations, organizations } from "@/cases/names";
import { listPeople, type Listed } from "./people";

export function useNames() {
  const people = shallowRef<readonly Listed[]>([]);
  const byKey = computed(() => new Map([...organizations.value.flatMap((one) => [[one.id, one.name] as const, [one.code, one.name] as const]), ...people.value.map((one) => [one.id, one.name] as const)]));
  void loadOrganizations().catch(() => undefined);
  listPeople("", "").then((found) => (people.value = found)).catch(() => undefined);
  return { name: (key: string): string | null => byKey.value.get(key) ?? null, people };
}
