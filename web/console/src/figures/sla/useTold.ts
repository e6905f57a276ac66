/** What a number is called in words. */
import { useI18n } from "vue-i18n";
import { term } from "@/case/words";
import { wordsOf, type Told } from "./behind";

export function useTold(): (told: Told) => string {
  const { t } = useI18n();
  return (told) => {
    const { before, key } = wordsOf(told);
    const first = before.stage ? (before.stage === "hold" ? t("figures.sla.stages.hold") : term("stage", before.stage)) : before.key ? t(before.key) : "";
    const reason = told.of === "detours" && told.count === "reason" ? (told.reason ?? t("figures.sla.detours.rare")) : "";
    return [first, t(key), reason].filter(Boolean).join(" · ");
  };
}
