/** What figures are made by, by name: scores.unit, grades, peers, publishing, indicators, calendars.CN. */
import { hasWords, words } from "@/i18n";

export function inputName(name: string): string {
  const [kind, which] = name.split(".") as [string, string | undefined];
  if (kind === "scores" && which) return words("definitions.scoreOf", { who: words(`evaluation.subject.${which}`) });
  if (kind === "bulletins" && which) return words("definitions.textsOf", { language: words(`terms.paperLanguage.${which}`) });
  if (kind === "calendars" && which) return words("periods.calendar", { code: which });
  if (kind === "indicators") return words("periods.indicatorsVersion");
  return hasWords(`definitions.name.${kind}`) ? words(`definitions.name.${kind}`) : name;
}
