/** The inputs of one action on one case: checked as one types, kept until they are sent, sent once. */
import { Refused } from "@shared/api/problem";
import { computed, reactive, ref, shallowRef, watch } from "vue";
import { words } from "@/i18n";
import { useSession } from "@/session/session";
import { explain } from "@/shell/explain";
import type { Choice } from "./actions";
import type { Card } from "./card";
import { check, faultsOf, type Fault, type Faults } from "./form/check";
import { draftOf, dropDraft, keepDraft, type Attempt } from "./form/drafts";
import { arranged, sent, wanted, type Schema, type Values } from "./form/model";
import { attemptOf, differences, send, type Difference } from "./sending";

/** What the case already says is offered first. */
function startOf(action: string, card: Card): Values {
  if (action === "accept")
    return { type: card.type ? { scheme: card.type.scheme, kind: card.type.kind, code: card.type.code } : undefined, condition_id: card.condition?.id };
  if (action === "request_extension") return { unit: card.condition?.unit };
  return {};
}

// Filled in by themselves where there is only one to choose.
const BY_ITSELF = new Set(["condition_id", "handler_id"]);

/** Whether somebody has entered anything beyond what the form began with. */
function typed(values: Values, start: Values): boolean {
  const before = sent(start);
  return Object.entries(sent(values)).some(([name, value]) => !BY_ITSELF.has(name) && JSON.stringify(value) !== JSON.stringify(before[name]));
}

export function useActionForm(given: () => { card: Card; choice: Choice; initial: Values }, done: (card: Card) => void, newest: (card: Card) => void) {
  const session = useSession();
  const user = session.me?.id ?? "";
  const { card, choice, initial } = given();
  const schema = computed(() => given().choice.schema as Schema);
  const kept = draftOf(localStorage, user, card.number, choice.action);
  const values = ref<Values>({ ...startOf(choice.action, card), ...kept?.values, ...initial });
  const restored = ref(kept !== null && Object.keys(sent(kept.values)).length > 0);
  let attempt: Attempt | null = kept?.attempt ?? null;

  const touched = reactive(new Set<string>());
  const tried = ref(false);
  const serverFaults = shallowRef<Faults>({});
  const trouble = ref<string | null>(null);
  const conflict = shallowRef<Difference[] | null>(null);
  /** Whether what changed came to light by sending; otherwise it was seen while one typed. */
  const tooLate = ref(false);
  const busy = ref(false);
  const uploading = ref(false);

  const needed = computed(() => wanted(schema.value, values.value));
  const fields = computed(() => arranged(schema.value, values.value));
  const faults = computed(() => check(schema.value, JSON.parse(JSON.stringify(values.value)) as Values));
  const told = (fault: Fault) => fault.detail ?? words(fault.key ?? "case.form.malformed", fault.named ?? {});
  /** What stands beneath an input: the server's word, or ours once one has been there. */
  function faultOf(name: string): string | null {
    const own = serverFaults.value[name] ?? (tried.value || touched.has(name) ? faults.value[name] : undefined);
    return own ? told(own) : null;
  }

  function keep(): void {
    if (!attempt && !typed(values.value, startOf(choice.action, given().card))) dropDraft(localStorage, user, card.number, choice.action);
    else keepDraft(localStorage, user, card.number, choice.action, { values: values.value, attempt, at: Date.now() });
  }
  watch(values, (next, before) => {
    for (const name of Object.keys(next)) {
      if (next[name] === before[name]) continue;
      const { [name]: gone, ...rest } = serverFaults.value;
      if (gone) serverFaults.value = rest;
    }
    keep();
  });

  // Somebody else acted while this was being filled in: what is sent from now on is meant for the case as it is now.
  // What comes while it is being sent is told afterwards, unless sending has told it.
  let seen = card.version;
  watch(
    [() => given().card, busy],
    ([next]) => {
      if (busy.value || next.number !== card.number || next.version <= seen) return;
      const changes = differences(card, next);
      if (changes.length) [conflict.value, tooLate.value, seen] = [changes, false, next.version];
    },
  );

  function forget(): void {
    attempt = null;
    values.value = startOf(choice.action, given().card);
    dropDraft(localStorage, user, card.number, choice.action);
    restored.value = false;
    tried.value = false;
    touched.clear();
  }

  async function submit(): Promise<void> {
    tried.value = true;
    trouble.value = null;
    if (busy.value || Object.keys(faults.value).length) return;
    const now = given().card;
    const request = { number: now.number, version: now.version, action: choice.action, values: values.value };
    attempt = attemptOf(request, attempt);
    keep();
    busy.value = true;
    try {
      const outcome = await send(request, attempt);
      if (outcome.kind === "done") {
        dropDraft(localStorage, user, now.number, choice.action);
        done(outcome.card);
        return;
      }
      trouble.value = explain(outcome.refused);
      if (outcome.kind === "conflict") {
        [conflict.value, tooLate.value, seen] = [differences(card, outcome.card), true, outcome.card.version];
        trouble.value = null;
        attempt = null;
        keep();
        newest(outcome.card);
      } else refused(outcome.refused);
    } finally {
      busy.value = false;
    }
  }

  function refused(why: Refused): void {
    serverFaults.value = faultsOf(why.problem, schema.value);
    // What stands beneath its input need not be said twice.
    if (Object.keys(serverFaults.value).length) trouble.value = words("case.form.lookAbove");
    // Whatever was answered is settled: the next attempt is another one. Without an answer it is the same.
    if (!why.offline && why.problem.status < 500) attempt = null;
    keep();
  }

  return { values, fields, needed, faultOf, touched, restored, forget, submit, trouble, conflict, tooLate, busy, uploading, faults, tried };
}
