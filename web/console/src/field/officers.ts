/** What waits for people in the field, on duty or not, as the desk of their ground sees it. */
import type { components } from "@shared/api/schema";

export type Officer = components["schemas"]["OfficerOut"];
export type OfficerTask = components["schemas"]["OfficerTaskOut"];

/** Those with something to do who are on no shift, the latest first, as far as they are among the wanted. */
export function offDuty(officers: readonly Officer[], onDuty: ReadonlySet<string>, words: string): Officer[] {
  const wanted = words.trim().toLowerCase();
  return officers
    .filter((one) => !one.shift_id && one.open > 0 && !onDuty.has(one.user.id) && one.user.name.toLowerCase().includes(wanted))
    .sort((one, other) => other.overdue - one.overdue || other.open - one.open);
}

/** Events after which somebody may have more or less to do. */
export const touchesTasks = (event: string): boolean => event === "task.assigned" || event === "case.changed" || event === "case.lamp";
