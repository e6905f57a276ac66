/** When a statement is sent, in words. */
import { language, words } from "@/i18n";
import { weekdayName } from "../sla/heat";
import type { Schedule } from "./statement";

/** "每周一 08:00"; the zone is said beside it. */
export function scheduleWords({ every, at, weekday, day }: Schedule): string {
  return words(`figures.statements.every.${every}`, { at, weekday: weekdayName(weekday ?? 1, language.value), day: day ?? 1 });
}
