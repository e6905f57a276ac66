/** Which of the possible actions is the usual one, which end something, and how the rest are ordered. */
import type { components } from "@shared/api/schema";

export type Choice = components["schemas"]["ChoiceOut"];
export type Action = components["schemas"]["Action"];
export type State = components["schemas"]["State"];

export const END_STATES: readonly State[] = ["closed", "rejected", "void", "merged"];

/** What is usually done next, the first that is allowed; a waiting request comes before the work itself. */
const USUAL: Record<State, readonly Action[]> = {
  received: ["accept", "request_verify", "self_handle"],
  verifying: ["verify", "request_verify"],
  to_file: ["file", "accept"],
  to_dispatch: ["dispatch"],
  handling: ["decide_extension", "decide_hold", "finish", "assign", "advise"],
  on_hold: ["resume"],
  to_check: ["check"],
  to_close: ["close"],
  closed: ["decide_appeal", "rate"],
  rejected: [],
  void: [],
  merged: [],
};
const ENDING: ReadonlySet<Action> = new Set(["reject", "void", "force_close", "return"]);
/** Seldom wanted: after everything else. */
const SELDOM: readonly Action[] = ["take_over", "supervise", "void", "force_close"];

/** Keys of the desk, by the action they begin. */
export const KEY_OF: Partial<Record<Action, string>> = {
  accept: "a",
  file: "f",
  dispatch: "d",
  return: "r",
  request_verify: "v",
  merge: "m",
  assign: "s",
  close: "c",
  finish: "e",
};

export interface Sorted {
  primary: Choice | null;
  others: Choice[];
  refused: Choice[];
}

/** A unit that has somebody on it already usually finishes; one that has nobody usually assigns. */
export function sortChoices(state: State, choices: readonly Choice[], assigned: boolean): Sorted {
  const allowed = choices.filter((choice) => choice.allowed);
  const usual = !assigned && state === "handling" ? swap(USUAL.handling, "finish", "assign") : USUAL[state];
  const primary = usual.map((action) => allowed.find((choice) => choice.action === action)).find(Boolean) ?? null;
  const rank = (choice: Choice) => SELDOM.indexOf(choice.action);
  return {
    primary,
    others: allowed.filter((choice) => choice !== primary).sort((one, other) => rank(one) - rank(other)),
    refused: choices.filter((choice) => !choice.allowed),
  };
}

function swap(list: readonly Action[], one: Action, other: Action): Action[] {
  return list.map((action) => (action === one ? other : action === other ? one : action));
}

export const endsSomething = (action: Action): boolean => ENDING.has(action);

/** The action that a key begins. */
export function actionOfKey(key: string): Action | null {
  const found = Object.entries(KEY_OF).find(([, one]) => one === key.toLowerCase());
  return found ? (found[0] as Action) : null;
}

/** An action of a case that is to begin, with what is known of its inputs. */
export interface Start {
  number: string;
  action: Action;
  values: Record<string, unknown>;
}
