/** How somebody likes the console, kept with their account; what was chosen on this device goes before. */
import { api, idempotencyKey } from "@shared/api/client";
import { Refused } from "@shared/api/problem";
import type { components } from "@shared/api/schema";
import { ref, watch } from "vue";
import { language } from "@/i18n";
import { theme } from "@/theme";

export type Preferences = components["schemas"]["PreferencesOut"];

/** null until they are read; pages go by their own defaults then. */
export const preferences = ref<Preferences | null>(null);
let following = false;

/** Keep a choice. One that cannot be kept still holds in this page. */
export async function prefer(chosen: Partial<Preferences>): Promise<void> {
  if (preferences.value) preferences.value = { ...preferences.value, ...chosen };
  try {
    await api.PUT("/api/v1/me/preferences", { body: chosen as Preferences, headers: { "Idempotency-Key": idempotencyKey() } });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

/** Read once after the sign-in; from then on choices of language and theme are kept. */
export async function loadPreferences(): Promise<void> {
  if (preferences.value) return;
  try {
    const kept = (await api.GET("/api/v1/me/preferences")).data!;
    if (!localStorage.getItem("fieldgrid.language")) language.value = kept.language;
    if (!localStorage.getItem("fieldgrid.theme")) theme.value = kept.theme;
    preferences.value = kept;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
  if (following) return;
  following = true;
  watch(language, (value) => void prefer({ language: value }));
  watch(theme, (value) => void prefer({ theme: value }));
}
