/** Who is signed in, and what they are. */
import { api } from "@shared/api/client";
import { Refused } from "@shared/api/problem";
import type { components } from "@shared/api/schema";
import { accessToken, onChangeElsewhere, signIn, signOut } from "@shared/api/tokens";
import { defineStore } from "pinia";
import { computed, ref } from "vue";

export type Me = components["schemas"]["MeOut"];

export const useSession = defineStore("session", () => {
  const me = ref<Me | null>(null);
  /** Why it is not known who is signed in: the server cannot be reached. */
  const trouble = ref<Refused | null>(null);
  const roles = computed<ReadonlySet<string>>(() => new Set(me.value?.grants.map((grant) => grant.role)));
  const has = (...wanted: string[]) => wanted.some((role) => roles.value.has(role));
  const home = computed(() => (has("operator", "shift_leader", "dispatcher", "supervisor", "unit_manager", "handler") ? "/desk" : "/map"));

  async function load(): Promise<void> {
    if (me.value) return;
    try {
      trouble.value = null;
      if (await accessToken()) me.value = (await api.GET("/api/v1/me")).data ?? null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.problem.status !== 401) trouble.value = error;
    }
  }

  async function enter(username: string, password: string): Promise<void> {
    await signIn(username, password);
    me.value = null;
    await load();
  }

  async function leave(): Promise<void> {
    await signOut();
    // A page that knew somebody forgets them whole.
    location.assign("/console/sign-in");
  }

  function forget(): void {
    me.value = null;
  }

  onChangeElsewhere(() => location.reload());

  return { me, trouble, roles, has, home, load, enter, leave, forget };
});
