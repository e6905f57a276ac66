/** One period on its way: read, taken a step further; whoever was slower sees how it stands and keeps what they typed. */
import { api, idempotencyKey, ifMatch } from "@shared/api/client";
import { Refused } from "@shared/api/problem";
import { onScopeDispose, ref, shallowRef, watch } from "vue";
import { words } from "@/i18n";
import { explain } from "@/shell/explain";
import { useGuarded } from "@/shell/guarded";
import { readAnew } from "../answers";
import { isReckoned, type Deed, type PeriodDetail } from "./steps";

const CONFLICTS = [409, 412];
const LOOK_AGAIN_MS = 2000;

/** `asked`: the period and the revision that is looked at ("" the one in force); null: none. */
export function usePeriod(asked: () => { period: string; revision: string } | null, moved: () => void) {
  const period = shallowRef<PeriodDetail | null>(null);
  const reading = useGuarded();
  const said = ref("");
  const trouble = ref("");
  const working = ref<Deed | null>(null);
  let timer = 0;
  let left = false;
  function lookAgain(): void {
    clearTimeout(timer);
    if (!left && period.value && isReckoned(period.value)) timer = window.setTimeout(() => void read(), LOOK_AGAIN_MS);
  }

  async function read(): Promise<void> {
    const wanted = asked();
    if (!wanted) return void (period.value = null);
    const isAsked = () => JSON.stringify(asked()) === JSON.stringify(wanted);
    await reading.run(async () => {
      const query = wanted.revision ? { revision: Number(wanted.revision) } : {};
      try {
        const found = (await api.GET("/api/v1/evaluation/periods/{period}", { params: { path: { period: wanted.period }, query } })).data!;
        if (isAsked()) period.value = found;
      } catch (error) {
        if (isAsked()) throw error;
      }
    });
    lookAgain();
  }
  watch(
    () => JSON.stringify(asked()),
    (_, old) => {
      if (old && asked()?.period !== (JSON.parse(old) as { period?: string } | null)?.period) {
        period.value = null;
        said.value = trouble.value = "";
      }
      void read();
    },
    { immediate: true },
  );

  // Of a large city the worker makes the review: it is looked at until it is done.
  watch(period, (now, before) => {
    lookAgain();
    if (now && !isReckoned(now) && before && before.period === now.period && isReckoned(before)) {
      said.value = now.review ? words("periods.doneReview") : "";
      moved();
    }
  });
  onScopeDispose(() => {
    left = true;
    clearTimeout(timer);
  });

  function send(deed: Deed, reason: string) {
    const { period: name, version } = period.value!;
    const params = { path: { period: name }, header: { "If-Match": ifMatch(version) } };
    const headers = { "If-Match": ifMatch(version), "Idempotency-Key": idempotencyKey() };
    if (deed === "review") return api.POST("/api/v1/evaluation/periods/{period}/review", { params: params as never, body: {} as never, headers });
    if (deed === "publish") return api.POST("/api/v1/evaluation/periods/{period}/publish", { params: params as never, body: {} as never, headers });
    return api.POST("/api/v1/evaluation/periods/{period}/revise", { params: params as never, body: { reason }, headers });
  }

  /** True: the step was taken. */
  async function take(deed: Deed, reason = ""): Promise<boolean> {
    if (working.value) return false;
    const { period: name } = period.value!;
    working.value = deed;
    said.value = trouble.value = "";
    try {
      const taken = (await send(deed, reason)).data!;
      // Whoever looks at another one meanwhile goes on looking at it.
      if (asked()?.period !== name) return (readAnew(), moved(), true);
      period.value = taken;
      said.value = deed === "review" ? (isReckoned(period.value) ? "" : words("periods.doneReview")) : words("periods.donePublish", { n: period.value.revision });
      readAnew();
      moved();
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (asked()?.period !== name) return false;
      const conflict = CONFLICTS.includes(error.problem.status);
      trouble.value = conflict && error.slug !== "period-not-over" ? words("periods.conflict") : explain(error);
      if (conflict) {
        await read();
        moved();
      }
      return false;
    } finally {
      working.value = null;
    }
  }
  return { period, reading, said, trouble, working, read, take };
}
