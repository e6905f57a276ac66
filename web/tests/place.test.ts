import { placeReader } from "@shared/api/place";
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
