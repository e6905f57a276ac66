/** What to tell people about a refusal: what happened, what is kept, what to do. */
import type { Refused } from "@shared/api/problem";
import { hasWords, words } from "@/i18n";

export function explain(refused: Refused): string {
  if (refused.offline) return words("problems.unreachable");
  const own = `problems.${refused.slug}`;
  const kind = `problems.status${refused.problem.status}`;
  const what = hasWords(own) ? words(own) : hasWords(kind) ? words(kind) : refused.problem.title;
  const detail = refused.problem.detail && !hasWords(own) ? refused.problem.detail : "";
  const fields = (refused.problem.errors ?? []).map((error) => `${error.pointer.replace(/^\//, "")}: ${error.detail}`);
  return [what, detail, ...fields].filter(Boolean).join(" — ");
}
