/** The present instant for clocks that count: one timer for all of them. */
import { readonly, ref } from "vue";

const current = ref(Date.now());
setInterval(() => (current.value = Date.now()), 1000);

/** Milliseconds since 1970, anew every second. */
export const now = readonly(current);
