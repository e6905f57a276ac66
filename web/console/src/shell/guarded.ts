/** Work that may be refused: busy while it runs, its refusal in words afterwards. */
import { Refused } from "@shared/api/problem";
import { ref, type Ref } from "vue";
import { explain } from "@/shell/explain";

export interface Guarded {
  busy: Ref<boolean>;
  trouble: Ref<string>;
  /** What was refused, for those who want to know more than the words. */
  refused: Ref<Refused | null>;
  run: (work: () => Promise<void>) => Promise<boolean>;
}

export function useGuarded(): Guarded {
  const busy = ref(false);
  const trouble = ref("");
  const refused = ref<Refused | null>(null);
  async function run(work: () => Promise<void>): Promise<boolean> {
    busy.value = true;
    trouble.value = "";
    refused.value = null;
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused.value = error;
      trouble.value = explain(error);
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, trouble, refused: refused as Ref<Refused | null>, run };
}
