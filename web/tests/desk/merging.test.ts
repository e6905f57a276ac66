import { describe, expect, it } from "vitest";
import { emptyList, neighbour, withAnew, withNews, withoutLeft, withPage, withWaiting, type List } from "@/desk/merging";
import type { Row } from "@/desk/queues";

const row = (number: string, opened: number, version = 1): Row => ({ number, version, opened_at: new Date(opened * 60_000).toISOString(), due_at: new Date(opened * 60_000 + 900_000).toISOString() }) as Row;
const numbers = (list: List) => list.entries.map((entry) => entry.row.number);
const start = withPage(emptyList(), [row("c", 30), row("b", 20), row("a", 10)]);
const news = { here: true, reading: false, sort: "-opened_at" as const, whole: true };

describe("news in a list that somebody reads", () => {
  it("slide in at their place while one is at the top", () => {
    const next = withNews(start, row("d", 40), news);
    expect(numbers(next)).toEqual(["d", "c", "b", "a"]);
    expect(next.entries[0]!.fresh).toBe(true);
    expect(numbers(withNews(start, row("x", 15), { ...news, sort: "due_at" }))).toEqual(["x", "c", "b", "a"]);
  });
  it("wait while one reads further down, once each, and come when asked for", () => {
    let list = withNews(start, row("d", 40), { ...news, reading: true });
    list = withNews(list, row("d", 40, 2), { ...news, reading: true });
    list = withNews(list, row("e", 50), { ...news, reading: true });
    expect(numbers(list)).toEqual(["c", "b", "a"]);
    expect(list.waiting.map((one) => [one.number, one.version])).toEqual([["e", 1], ["d", 2]]);
    expect(numbers(withWaiting(list, "-opened_at"))).toEqual(["e", "d", "c", "b", "a"]);
  });
  it("what waited and went on meanwhile does not wait any more", () => {
    const list = withNews(start, row("d", 40), { ...news, reading: true });
    expect(withNews(list, row("d", 40, 2), { ...news, here: false }).waiting).toEqual([]);
  });
  it("change a case where it stands; an older word of it changes nothing", () => {
    const next = withNews(start, row("b", 20, 3), news);
    expect(numbers(next)).toEqual(["c", "b", "a"]);
    expect(next.entries[1]!.row.version).toBe(3);
    expect(withNews(next, row("b", 20, 2), news)).toBe(next);
  });
  it("what left is said for a moment, and goes; the one that is read stays", () => {
    const next = withNews(start, row("b", 20, 2), { ...news, here: false });
    expect(next.entries[1]).toMatchObject({ left: true });
    expect(numbers(withoutLeft(next, null))).toEqual(["c", "a"]);
    expect(numbers(withoutLeft(next, "b"))).toEqual(["c", "b", "a"]);
    expect(withNews(next, row("b", 20, 3), news).entries[1]!.left).toBe(false);
  });
  it("what comes behind the last row that was read is read in its turn", () => {
    expect(numbers(withNews(start, row("z", 1), { ...news, whole: false }))).toEqual(["c", "b", "a"]);
    expect(numbers(withNews(start, row("z", 1), news))).toEqual(["c", "b", "a", "z"]);
  });
});

describe("pages and readings", () => {
  it("bring each case once, and never an older word of it", () => {
    const newer = withNews(start, row("a", 10, 5), news);
    const next = withPage(newer, [row("a", 10, 4), row("0", 5)]);
    expect(numbers(next)).toEqual(["c", "b", "a", "0"]);
    expect(next.entries[2]!.row.version).toBe(5);
  });
  it("read anew at the top, the list is as it is; further down nothing moves", () => {
    const now = [row("d", 40), row("c", 30, 2), row("a", 10)];
    expect(numbers(withAnew(start, now, false))).toEqual(["d", "c", "a"]);
    const calm = withAnew(start, now, true);
    expect(numbers(calm)).toEqual(["c", "b", "a"]);
    expect(calm.entries.map((entry) => entry.left)).toEqual([false, true, false]);
    expect(calm.waiting.map((one) => one.number)).toEqual(["d"]);
  });
});

describe("going through", () => {
  it("goes past what has left, and stays at the ends", () => {
    const list = withNews(start, row("b", 20, 2), { ...news, here: false });
    expect(neighbour(list, null, 1)).toBe("c");
    expect(neighbour(list, "c", 1)).toBe("a");
    expect(neighbour(list, "a", 1)).toBe("a");
    expect(neighbour(list, "a", -1)).toBe("c");
    expect(neighbour(list, null, -1)).toBe("a");
  });
  it("five hundred news are all there", () => {
    let list = emptyList();
    for (let at = 0; at < 500; at++) list = withNews(list, row(`n${at}`, at), news);
    expect(list.entries).toHaveLength(500);
  });
});
