/** What the API says when it refuses: RFC 9457, as `docs/problems/` describes each. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  errors?: { pointer: string; detail: string }[];
  [fact: string]: unknown;
}

/** A request that was refused, or that reached nobody (`status` 0). */
export class Refused extends Error {
  readonly problem: Problem;
  /** Seconds after which to try again, where the server said so. */
  readonly retryAfter: number | null;

  constructor(problem: Problem, retryAfter: number | null = null) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  get slug(): string {
    return this.problem.type.replace(/^.*\/problems\//, "");
  }

  /** Nobody was reached: what was entered is kept and may be sent again. */
  get offline(): boolean {
    return this.problem.status === 0;
  }
}

export const UNREACHABLE: Problem = { type: "/problems/unreachable", title: "unreachable", status: 0 };

export async function refusal(response: Response): Promise<Refused> {
  const after = Number(response.headers.get("retry-after"));
  const retry = Number.isFinite(after) && after > 0 ? after : null;
  try {
    const body = (await response.json()) as Partial<Problem>;
    if (typeof body.type === "string" && typeof body.title === "string")
      return new Refused({ ...body, status: response.status } as Problem, retry);
  } catch {
    // Not from the API: a proxy on the way said it in its own words.
  }
  return new Refused({ type: "about:blank", title: `HTTP ${response.status}`, status: response.status }, retry);
}
