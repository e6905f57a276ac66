import { placeReader } from "@shared/api/place";
import { goalOf } from "@/map/places";
import type { Line } from "@/shell/found";
import { describe, expect, it } from "vitest";

describe("the place in a stream of events", () => {
  it("is moved by greetings and heartbeats, which are no events", () => {
    const read = placeReader();
    expect(read(": hello\nretry: 3000\nid: abc\n\n")).toBe("abc");
    expect(read(":\nid: abd\n\n")).toBe("abd");
  });

  it("moves once an event has come whole, however it is cut", () => {
    const read = placeReader();
    expect(read("id: a\nevent: case.changed\nda")).toBeNull();
    expect(read('ta: {"number": "1"}\n')).toBeNull();
    expect(read("\r\n")).toBe("a");
    expect(read("event: position\ndata: {}\n\n")).toBe("a");
  });
});

describe("a place found by name", () => {
  const found = (kind: Line["kind"], code: string | null, position: { lon: number; lat: number } | null) => ({ kind, code, title: "x", subtitle: null, key: "k", position }) as unknown as Line;
  it("is where a thing lies, or an area seen whole", () => {
    expect(goalOf(found("part", "31010102001", { lon: 1, lat: 2 }))).toEqual({ name: "x", lon: 1, lat: 2, exact: true, zoom: 18 });
    expect(goalOf(found("area", "310101001", { lon: 1, lat: 2 }))).toMatchObject({ exact: false, zoom: 14 });
    expect(goalOf(found("area", "310101001001001", { lon: 1, lat: 2 }))).toMatchObject({ exact: false, zoom: 17 });
    expect(goalOf(found("case", null, null))).toBeNull();
  });
});
