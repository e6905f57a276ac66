/** How a part's value becomes points, in words. */
import { language, words } from "@/i18n";
import { amount } from "../number";
import { valued } from "../ranking/indicators";
import type { Composite } from "./drafts";

type Mapping = Composite["parts"][number]["mapping"];

export function toldMapping(indicator: string, mapping: Mapping): string {
  const say = (value: number) => valued(indicator, value, language.value) ?? "";
  if (mapping.kind === "linear") return words("definitions.linearTold", { zero: say(mapping.zero), full: say(mapping.full) });
  return mapping.steps.map((step) => words("definitions.stepsTold", { least: say(step.at_least), points: amount(step.points, language.value, step.points % 1 ? 2 : 0) })).join(words("terms.connector.list"));
}
