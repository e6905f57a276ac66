/** Light or dark: as chosen, else as the device. */
import { computed, ref, watch } from "vue";

export type Theme = "light" | "dark" | "auto";
const KEY = "fieldgrid.theme";
const device = window.matchMedia("(prefers-color-scheme: dark)");
const deviceDark = ref(device.matches);
device.addEventListener("change", (event) => (deviceDark.value = event.matches));

export const theme = ref<Theme>((localStorage.getItem(KEY) as Theme | null) ?? "auto");
/** A page that is dark unless somebody chose otherwise: the wall. */
export const preferDark = ref(false);
export const dark = computed(() => theme.value === "dark" || (theme.value === "auto" && (deviceDark.value || preferDark.value)));

watch(theme, (value) => localStorage.setItem(KEY, value));
watch(dark, (value) => document.documentElement.classList.toggle("dark", value), { immediate: true });
