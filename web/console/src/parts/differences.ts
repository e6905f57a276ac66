/** What a proposal would change of a part. */

export interface Difference {
  name: "state" | "name" | "owner_id";
  before: unknown;
  after: unknown;
}

interface Proposed {
  kind: string;
  changes: { [key: string]: unknown };
  before: { [key: string]: unknown } | null;
  after: { [key: string]: unknown } | null;
}
interface Known {
  state: string;
  name: string | null;
  owner: { id: string } | null;
}
const NAMES = ["state", "name", "owner_id"] as const;

/** Only what differs; of what was decided the register's own record, else the part as it is now. */
export function differences(proposal: Proposed, part: Known | null): Difference[] {
  const now = proposal.before ?? (part ? { state: part.state, name: part.name, owner_id: part.owner?.id ?? null } : {});
  const wanted: Record<string, unknown> = { ...(proposal.kind === "missing" ? { state: "missing" } : {}), ...proposal.changes, ...(proposal.after ?? {}) };
  return NAMES.flatMap((name) => {
    const [before, after] = [now[name] ?? null, wanted[name] ?? null];
    return name in wanted && before !== after ? [{ name, before, after }] : [];
  });
}
