/** The figures of the wall: read anew when something changed, kept and dated when they cannot be had. */
import { api } from "@shared/api/client";
import { Refused } from "@shared/api/problem";
import type { components } from "@shared/api/schema";
import { onScopeDispose, ref } from "vue";
import { onLive } from "@/live";
import { gathered } from "@/map/useLiveTiles";

export type Overview = components["schemas"]["OverviewOut"];
const SOON_MS = 3000;
const ANYWAY_MS = 60_000;

export function useOverview() {
  const overview = ref<Overview | null>(null);
  const trouble = ref<Refused | null>(null);
  /** When the figures shown were true, in milliseconds since 1970. */
  const at = ref<number | null>(null);

  async function load(): Promise<void> {
    try {
      overview.value = (await api.GET("/api/v1/cases/overview")).data!;
      at.value = Date.parse(overview.value.at);
      trouble.value = null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      trouble.value = error;
    }
  }

  const soon = gathered(() => void load(), SOON_MS);
  onLive(({ name }) => name.startsWith("case.") && soon.ask(), soon.ask);
  const timer = setInterval(() => void load(), ANYWAY_MS);
  onScopeDispose(() => {
    clearInterval(timer);
    soon.stop();
  });
  void load();
  return { overview, trouble, at, load };
}

/** A rate as people read it, or null where there was nothing to count: never 0 for nothing. */
export function percent({ numerator, denominator }: { numerator: number; denominator: number }, language: string): string | null {
  if (!denominator) return null;
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }).format(numerator / denominator);
}

/** Wide enough to be seen where there is any at all, in percent of the longest. */
export function barWidth(value: number, most: number): number {
  return value <= 0 || most <= 0 ? 0 : Math.max(1.5, (value / most) * 100);
}

/** Hours that have not begun yet have no figure: a line at nought would say that nothing happened. */
export function begun<Row extends { hour: string }>(rows: readonly Row[], at: string, zone: string): (Row | null)[] {
  const now = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(at));
  return rows.map((row) => (row.hour <= now ? row : null));
}
