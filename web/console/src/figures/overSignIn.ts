/** What somebody had typed when their sign-in ended: there again once they have signed in. */
import { onBeforeUnmount, type Ref } from "vue";
import { useSession } from "@/session/session";

const kept = new Map<string, unknown>();

/** `name` tells the field apart from others; nobody else is shown what one typed. */
export function keptOverSignIn<Value>(name: string, value: Ref<Value>): void {
  const session = useSession();
  const key = `${session.me?.id ?? ""} ${name}`;
  if (kept.has(key)) value.value = kept.get(key) as Value;
  kept.delete(key);
  onBeforeUnmount(() => {
    if (!session.me) kept.set(key, value.value);
  });
}
