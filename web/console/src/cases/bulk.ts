/** Doing the same to many cases: what can be done, and what became of each. */
import type { components } from "@shared/api/schema";
import { Refused, type Problem } from "@shared/api/problem";
import type { CaseItem } from "./filter";

export type Action = components["schemas"]["Action"];
export type Choice = components["schemas"]["ChoiceOut"];
export type ManyItem = components["schemas"]["ManyItemOut"];

export const AT_MOST = 200;
/** These need a look at each case, or photos of it: the API takes them one by one only. */
export const ONE_BY_ONE: ReadonlySet<Action> = new Set(["self_handle", "verify", "check", "finish", "split", "advise", "rate", "submit", "redact", "recalculate"]);

/** Cases that the rules treat alike; one of them answers for all what may be done. */
export const kindOf = (item: CaseItem): string => [item.state, item.owner?.id ?? "", item.source, item.supervised].join("|");

export function kinds(items: readonly CaseItem[]): Map<string, CaseItem[]> {
  const found = new Map<string, CaseItem[]>();
  for (const item of items) found.set(kindOf(item), [...(found.get(kindOf(item)) ?? []), item]);
  return found;
}

export interface Offer {
  choice: Choice;
  /** Those of the chosen that take it now. */
  items: CaseItem[];
}

/** Actions that at least one kind allows, those for most cases first. */
export function offers(answers: readonly { items: readonly CaseItem[]; choices: readonly Choice[] }[]): Offer[] {
  const found = new Map<Action, Offer>();
  for (const { items, choices } of answers)
    for (const choice of choices) {
      if (!choice.allowed || ONE_BY_ONE.has(choice.action)) continue;
      const offer = found.get(choice.action) ?? { choice, items: [] };
      found.set(choice.action, { ...offer, items: [...offer.items, ...items] });
    }
  return [...found.values()].sort((one, other) => other.items.length - one.items.length);
}

export interface Settled {
  done: string[];
  failed: { number: string; refused: Refused }[];
}

const UNSAID: Problem = { type: "about:blank", title: "", status: 500 };

/** What became of each case that was sent; one that the answer does not name counts as not done. */
export function settle(sent: readonly string[], answer: readonly ManyItem[]): Settled {
  const said = new Map(answer.map((item) => [item.number, item]));
  const settled: Settled = { done: [], failed: [] };
  for (const number of sent) {
    const item = said.get(number);
    if (item?.ok) settled.done.push(number);
    else settled.failed.push({ number, refused: new Refused((item?.problem as Problem | null | undefined) ?? UNSAID) });
  }
  return settled;
}

/** Sent again after a broken line the same request has the same key: what was done already is not done twice. */
export class Attempts {
  private last: { body: string; key: string } | null = null;

  keyFor(body: string, make: () => string): string {
    if (this.last?.body !== body) this.last = { body, key: make() };
    return this.last.key;
  }

  answered(): void {
    this.last = null;
  }
}
