import { describe, expect, it } from "vitest";
import { SORTS, type CaseItem, type Sort } from "@/cases/filter";
import { append, compare, place, refresh, shift } from "@/cases/liveRows";

// A generator with a seed: what fails can be run again.
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
const at = (minute: number) => new Date(Date.UTC(2026, 2, 10) + minute * 60_000).toISOString();
function made(n: number, next: () => number): CaseItem {
  const minute = Math.floor(next() * 50);
  return { id: String(n).padStart(5, "0"), number: `n${n}`, version: 1, opened_at: at(minute), updated_at: at(minute), due_at: next() < 0.3 ? null : at(Math.floor(next() * 50)) } as CaseItem;
}
const numbers = (rows: readonly CaseItem[]) => rows.map((row) => row.number);

describe.each(SORTS)("a list by %s that is read on while cases come and go", (sort: Sort) => {
  it("ends as the server's list, with nothing twice and never out of order", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const next = random(seed);
      const server = new Map(Array.from({ length: 30 }, (_, n) => made(n, next)).map((item) => [item.number, item]));
      const inOrder = () => [...server.values()].sort((one, other) => compare(one, other, sort));
      let rows: readonly CaseItem[] = inOrder().slice(0, 8);
      let edge: CaseItem | undefined = rows.at(-1);
      let complete = false;
      for (let turn = 0; turn < 60; turn++) {
        const number = `n${Math.floor(next() * 40)}`;
        const known = server.get(number);
        const chance = next();
        if (chance < 0.25 && !complete) {
          const page: CaseItem[] = inOrder().filter((item) => compare(item, edge!, sort) > 0).slice(0, 5);
          complete = page.length < 5;
          edge = page.at(-1) ?? edge;
          rows = append(rows, page);
        } else if (chance < 0.4 && known) {
          server.delete(number);
          rows = place(rows, number, null, sort, complete ? null : edge!);
        } else {
          const item = { ...made(Number(number.slice(1)), next), version: (known?.version ?? 0) + 1 };
          server.set(number, item);
          rows = place(rows, number, item, sort, complete ? null : edge!);
        }
        expect(new Set(numbers(rows)).size).toBe(rows.length);
        for (let index = 1; index < rows.length; index++) expect(compare(rows[index - 1]!, rows[index]!, sort)).toBeLessThan(0);
      }
      while (!complete) {
        const page: CaseItem[] = inOrder().filter((item) => compare(item, edge!, sort) > 0).slice(0, 5);
        complete = page.length < 5;
        edge = page.at(-1) ?? edge;
        rows = append(rows, page);
      }
      expect(numbers(rows), `seed ${seed}`).toEqual(numbers(inOrder()));
    }
  });
  it("keeps what one reads where it is: the first row in sight moves with its reader", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const next = random(seed);
      const before = Array.from({ length: 20 }, (_, n) => made(n, next)).sort((one, other) => compare(one, other, sort));
      const first = Math.floor(next() * 15);
      const reader = before[first]!.number;
      const fresh = made(99, next);
      const after = place(before, fresh.number, fresh, sort, null);
      expect(after[first + shift(before, after, first)]!.number).toBe(reader);
      const other = before[Math.floor(next() * 20)]!.number;
      const less = place(before, other, null, sort, null);
      const wanted = other === reader ? before[first + 1] : before[first];
      if (wanted) expect(less[(other === reader ? first + 1 : first) + shift(before, less, first)]?.number).toBe(wanted.number);
    }
  });
});

describe("news of a case", () => {
  const next = random(7);
  const rows = Array.from({ length: 5 }, (_, n) => made(n, next)).sort((one, other) => compare(one, other, "-opened_at"));
  it("that are older than what is shown change nothing", () => {
    const newer = { ...rows[2]!, version: 5 };
    const shown = place(rows, newer.number, newer, "-opened_at", null);
    expect(place(shown, newer.number, { ...newer, version: 4, opened_at: at(999) }, "-opened_at", null)).toBe(shown);
  });
  it("that is not in the list and leaves it changes nothing", () => {
    expect(place(rows, "other", null, "-opened_at", null)).toBe(rows);
  });
  it("behind the last row that was read waits for its page", () => {
    const late = { ...made(77, next), opened_at: at(-999) };
    expect(place(rows, late.number, late, "-opened_at", rows.at(-1)!)).toBe(rows);
    expect(numbers(place(rows, late.number, late, "-opened_at", null)).at(-1)).toBe(late.number);
  });
  it("read as a whole head replaces the head and keeps what stands behind", () => {
    const head = [{ ...rows[0]!, version: 3 }, rows[2]!];
    expect(numbers(refresh(rows, head, "-opened_at", false))).toEqual([rows[0], rows[2], rows[3], rows[4]].map((row) => row!.number));
    expect(refresh(rows, [], "-opened_at", true)).toEqual([]);
  });
});
