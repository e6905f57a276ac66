/** The figure whose cases are open beside a page: it stands in the address, so that back, reload and links have it. */
import { computed } from "vue";
import { useI18n } from "vue-i18n";
import type { useQuery } from "../ranking/useChoice";
import { figuredPath, readFigured, writeFigured, type As, type Figured } from "./figure";

/** `as`: by which figures, null while that is not known; `by` names one of several. `nameOf` is what its subject is called. */
export function useFigured({ text, set }: ReturnType<typeof useQuery>, as: (by: string) => As | null, nameOf: (figured: Figured) => string) {
  const { t } = useI18n();
  const behind = computed(() => {
    const figured = readFigured(text("cases"));
    const known = figured && as(text("by"));
    if (!known) return null;
    const words = { name: nameOf(figured), indicator: t(`evaluation.indicator.${figured.indicator}`), side: t(`evaluation.side.${figured.side}`) };
    return { path: figuredPath(figured, known), title: t("ranking.cases", words) };
  });
  const see = (figured: Figured, by = "") => set({ cases: writeFigured(figured), by });
  const close = () => set({}, "replace");
  return { behind, see, close };
}
